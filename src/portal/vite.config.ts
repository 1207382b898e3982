// How the Portal is built: into dist/portal, with the set-up pages of docs/ rendered and all text compressed once, here.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { marked } from "marked";
import { defineConfig, type Plugin } from "vite";

const root = import.meta.dirname;

export default defineConfig({
  root,
  plugins: [react(), markdown(), compressed()],
  build: {
    outDir: resolve(root, "../../dist/portal"),
    emptyOutDir: true,
    target: "es2022",
    // Screenshots stay files: inlined they would be part of the page's code. A content security policy need not allow data: URLs.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  // `npx vite src/portal` beside a running server: changes show at once. The host stays, as the server takes changes from its own pages alone.
  server: { proxy: { "/v1": { target: "http://127.0.0.1:8080", changeOrigin: false } } },
});

/** Beside each text `x` its `x.br`, at the best quality that there is, which api/portal.ts sends to who takes it. */
function compressed(): Plugin {
  return {
    name: "compressed",
    writeBundle({ dir }, files) {
      for (const name of Object.keys(files).filter((one) => /\.(?:js|css|html|svg)$/.test(one))) {
        const path = join(dir ?? "", name);
        writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path)));
      }
    },
  };
}

/** `import html from "x.md"`: the page as HTML; its images become files of the build, so that no second copy goes stale. */
function markdown(): Plugin {
  return {
    name: "markdown",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith(".md")) return null;
      const imports: string[] = [];
      const html = JSON.stringify(marked.parse(code, { async: false })).replaceAll(
        /src=\\"(?<path>[^":]+)\\"/g,
        (_match, path: string) => {
          imports.push(`import image${imports.length} from ${JSON.stringify(`./${path}`)};`);
          return `src=\\"" + image${imports.length - 1} + "\\"`;
        },
      );
      return { code: `${imports.join("\n")}\nexport default ${html};`, map: null };
    },
  };
}
