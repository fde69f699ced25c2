/**
 * How the pages are built: the chat at `/`, the explorer at `/docs`, the look of the error pages, the service worker.
 *
 * Always true: what has a hash in its name never changes; beside each file stand its compressed forms.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import react from "@vitejs/plugin-react"
import { type Plugin, defineConfig } from "vite"

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Smaller files gain nothing. */
const worthCompressing = 1_024

const compressed = (): Plugin => ({
  name: "compressed",
  writeBundle: ({ dir }) => {
    for (const name of readdirSync(dir!, { recursive: true, encoding: "utf8" })) {
      if (!/\.(?:html|css|js|svg|json)$/.test(name)) continue
      const path = join(dir!, name)
      const bytes = readFileSync(path)
      if (bytes.length < worthCompressing) continue
      writeFileSync(
        `${path}.br`,
        brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
      )
      writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
    }
  },
})

/** These are asked for by name. */
const fixedNames = new Set(["serviceWorker", "documents"])

export default defineConfig({
  root: here("."),
  plugins: [react(), compressed()],
  build: {
    emptyOutDir: true,
    target: "es2024",
    // A build writes no markup that the content policy would refuse.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: {
        index: here("index.html"),
        explorer: here("explorer.html"),
        documents: here("src/explorer/documents.css"),
        serviceWorker: here("src/notifications/serviceWorker.ts"),
      },
      output: {
        entryFileNames: ({ name }) => (fixedNames.has(name) ? "[name].js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: ({ names }) =>
          fixedNames.has(names[0]?.replace(/\..*$/, "") ?? "")
            ? "[name][extname]"
            : "assets/[name]-[hash][extname]",
      },
    },
  },
})
