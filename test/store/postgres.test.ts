/** The PostgreSQL store passes the shared suite. */
import { storeContract } from "./contract.ts";
import { makePostgresHarness } from "./database.ts";

storeContract("PostgreSQL", makePostgresHarness);
