/**
 * The page and the files that it is made of, served from the packages `web`, `client` and `domain`.
 *
 * Always true: only files of the listed folders, found by listing and not by joining what the caller sent; TypeScript goes out as
 * JavaScript, its types stripped. Each file is read once, when it is first asked for: nobody waits for that at the start.
 */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { extname, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { IncomingMessage } from "node:http"
import type { Answer } from "./Answer.ts"

const packages = fileURLToPath(new URL("../../../", import.meta.url))
const docs = fileURLToPath(new URL("../../../../docs/", import.meta.url))

/** Folder of files, by the path that they are served under. */
const folders: Readonly<Record<string, string>> = {
  "/app/": join(packages, "web/src"),
  "/client/": join(packages, "client/src"),
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".ts": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".md": "text/markdown; charset=utf-8",
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ")

interface ServedFile {
  readonly bytes: Uint8Array
  readonly contentType: string
  readonly etag: string
}

const load = (path: string): ServedFile => {
  const extension = extname(path)
  const text = readFileSync(path, "utf8")
  const bytes = Buffer.from(extension === ".ts" ? stripTypeScriptTypes(text) : text)
  return {
    bytes,
    contentType: types[extension]!,
    etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`,
  }
}

/** Served path → file. */
export type Files = ReadonlyMap<string, () => ServedFile>

const lazily = (path: string): (() => ServedFile) => {
  let loaded: ServedFile | undefined
  return () => (loaded ??= load(path))
}

export const findFiles = (): Files => {
  const files = new Map<string, () => ServedFile>()
  for (const [prefix, folder] of Object.entries(folders)) {
    if (!existsSync(folder)) continue
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }))
      if (extname(name) in types) files.set(prefix + name, lazily(join(folder, name)))
  }
  const page = files.get("/app/index.html")
  if (page !== undefined) files.set("/", page)
  const errors = join(docs, "errors")
  if (existsSync(errors))
    for (const name of readdirSync(errors))
      files.set(`/docs/errors/${name.replace(/\.md$/, "")}`, lazily(join(errors, name)))
  return files
}

export const serveFile = (files: Files, path: string, request: IncomingMessage): Answer | undefined => {
  const file = files.get(path)?.()
  if (file === undefined) return undefined
  const headers = { etag: file.etag, "cache-control": "no-cache", "content-security-policy": policy }
  if (request.headers["if-none-match"] === file.etag) return { status: 304, headers }
  return { status: 200, bytes: file.bytes, contentType: file.contentType, headers }
}
