/** How the built pages are handed out. */
import { request } from "node:http"
import { brotliDecompressSync } from "node:zlib"
import { afterAll, beforeAll, expect, it } from "vitest"
import { send } from "./Person.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

/** As it is: `fetch` would unpack it. */
const rawFile = (path: string, accept: string): Promise<{ encoding: string | undefined; bytes: Buffer }> =>
  new Promise((resolve, reject) => {
    request(
      { port: app.port, host: "127.0.0.1", path, headers: { "accept-encoding": accept } },
      (response) => {
        const parts: Array<Buffer> = []
        response.on("data", (part: Buffer) => parts.push(part))
        response.on("end", () =>
          resolve({ encoding: response.headers["content-encoding"], bytes: Buffer.concat(parts) }),
        )
      },
    )
      .on("error", reject)
      .end()
  })

it("the page may load nothing from elsewhere, and is told again only when it has changed", async () => {
  const page = await send(app, "/")
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8")
  expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'/)
  const etag = page.headers.get("etag")!
  expect((await send(app, "/", { headers: { "if-none-match": etag } })).status).toBe(304)
})

it("everything that the pages name is served, compressed for who can read that, and may be kept for ever", async () => {
  const waiting = ["/", "/docs"]
  const seen = new Set(waiting)
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = await send(app, path)
    expect([path, file.status]).toEqual([path, 200])
    const kept = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache"
    expect([path, file.headers.get("cache-control")]).toEqual([path, kept])
    for (const [, name] of file.text.matchAll(/(?:href|src|from|import)[=(\s]*"((?:\/|\.\/)[^"]+)"/g)) {
      const next = new URL(name!, `http://x${path}`).pathname
      if (!seen.has(next)) waiting.push(next)
      seen.add(next)
    }
  }
  expect([...seen].filter((path) => path.endsWith(".js")).length).toBeGreaterThan(1)
  for (const path of seen) {
    const [plain, packed] = await Promise.all([rawFile(path, "identity"), rawFile(path, "br;q=1, gzip;q=0")])
    expect(plain.encoding).toBeUndefined()
    if (plain.bytes.length < 1_024) continue
    expect([path, packed.encoding]).toEqual([path, "br"])
    expect(brotliDecompressSync(packed.bytes).equals(plain.bytes)).toBe(true)
  }
})
