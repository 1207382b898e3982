// Opens the store for one command that decrypts no secret.
import { loadConfig } from "../config/config.ts";
import type { Store } from "../store/store.ts";

export const NO_SECRET_KEY = { secretKey: false, server: false };

export async function withStore(act: (store: Store) => Promise<void>): Promise<void> {
  const { createPostgresStore } = await import("../store/createStore.ts");
  const store = createPostgresStore(loadConfig(undefined, NO_SECRET_KEY));
  try {
    await act(store);
  } finally {
    await store.close();
  }
}
