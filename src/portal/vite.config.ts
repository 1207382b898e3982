// The build of the Portal, into dist/portal. It renders the set-up pages of docs/ and compresses all text files.
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
    // Images stay files, so that the content security policy need not allow data: URLs.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  // For `npx vite src/portal` beside a running server, which accepts changes from its own origin alone.
  server: { proxy: { "/v1": { target: "http://127.0.0.1:8080", changeOrigin: false } } },
});

/** Writes a compressed `x.br` beside each text file `x`. The server sends it to browsers that accept Brotli. */
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

/** Makes `import html from "x.md"` return the page as HTML. Its images become files of the build. */
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
