/** What the package costs a page. */
import { gzipSync } from "node:zlib"
import { fileURLToPath } from "node:url"
import { build } from "vite"
import { expect, it } from "vitest"

const source = (name: string): string => fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url))

/** Minified and gzipped, in bytes. `code`: of a module that uses the package. */
const bundled = async (code: string) => {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      target: "es2024",
      rolldownOptions: { input: "app", external: ["react"], preserveEntrySignatures: "strict" },
    },
    plugins: [
      {
        name: "app",
        resolveId: (id) => (id === "app" ? "\0app.js" : undefined),
        load: (id) => (id === "\0app.js" ? code : undefined),
      },
    ],
  })
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) =>
    "output" in one ? one.output : [],
  )
  const text = outputs.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("")
  return { text, bytes: gzipSync(text, { level: 9 }).length }
}

const everything = `export * from "${source("publicApi")}"; export * from "${source("react")}"; export * from "${source("pushWorker")}"`

it("everything together is less than 30 KiB gzipped, without React", async () => {
  const { bytes, text } = await bundled(everything)
  expect(text).toContain("message.send")
  expect(bytes).toBeLessThan(30 * 1_024)
})

it("what is not imported is not bundled: hooks, push, the development login", async () => {
  const { text } = await bundled(`import { connect } from "${source("publicApi")}"; console.log(connect)`)
  expect(text).toContain("message.send")
  expect(text).not.toContain("/v1/dev/login")
  expect(text).not.toContain("requestPermission")
  expect(text).not.toMatch(/from\s*"react"/)
})

it("no Effect is in it", async () => {
  const { text } = await bundled(everything)
  expect(text).not.toMatch(/effect\/|~effect/i)
})
