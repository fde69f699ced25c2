/**
 * The pages as they were built, served from `packages/web/dist`.
 *
 * Always true: only files that are there when the process starts, found by listing and not by joining what the caller sent. What
 * has a hash in its name may be kept for ever, everything else is asked for again each time. Each file is read once, when it is
 * first asked for: nobody waits for that at the start.
 * Not for: building (`scripts/page.mjs`). Where nothing was built, there is no page.
 */
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { extname, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { IncomingMessage } from "node:http"
import type { Answer } from "./Answer.ts"

const built = fileURLToPath(new URL("../../../web/dist", import.meta.url))

/** Page, by the address that people type. */
const pages: Readonly<Record<string, string>> = {
  "/": "/index.html",
  "/docs": "/explorer.html",
  "/docs/": "/explorer.html",
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types parley",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "manifest-src 'self'",
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ")

/** Best first: the ending of the file that has it, by the name that browsers ask for it with. */
const compressions = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const

export interface ServedFile {
  readonly bytes: Uint8Array
  /** The same bytes compressed, by the name of the compression. */
  readonly compressed?: ReadonlyMap<string, Uint8Array>
  readonly contentType: string
  readonly etag: string
  /** The name changes with the bytes. */
  readonly immutable?: boolean
}

/** Served path → file. */
export type Files = ReadonlyMap<string, () => ServedFile>

const etagOf = (bytes: Uint8Array): string =>
  `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`

export const servedFile = (text: string, contentType: string): ServedFile => {
  const bytes = Buffer.from(text)
  return { bytes, contentType, etag: etagOf(bytes) }
}

/** Made once, when it is first asked for. */
export const lazily = (make: () => ServedFile): (() => ServedFile) => {
  let made: ServedFile | undefined
  return () => (made ??= make())
}

const load = (path: string, immutable: boolean): ServedFile => {
  const bytes = readFileSync(path)
  const compressed = new Map<string, Uint8Array>()
  for (const [name, ending] of compressions)
    if (existsSync(path + ending)) compressed.set(name, readFileSync(path + ending))
  return { bytes, compressed, contentType: types[extname(path)]!, etag: etagOf(bytes), immutable }
}

export const findFiles = (): Files => {
  const files = new Map<string, () => ServedFile>()
  if (!existsSync(built)) return files
  for (const name of readdirSync(built, { recursive: true, encoding: "utf8" }))
    if (extname(name) in types)
      files.set(
        `/${name}`,
        lazily(() => load(join(built, name), name.startsWith("assets/"))),
      )
  for (const [path, name] of Object.entries(pages)) {
    const page = files.get(name)
    if (page !== undefined) files.set(path, page)
  }
  return files
}

const accepts = (request: IncomingMessage, compression: string): boolean =>
  String(request.headers["accept-encoding"] ?? "")
    .split(",")
    .some((one) => {
      const [name, quality] = one.trim().split(";")
      return name === compression && !/^\s*q=0(?:\.0*)?$/.test(quality ?? "")
    })

export const serveFile = (files: Files, path: string, request: IncomingMessage): Answer | undefined => {
  const file = files.get(path)?.()
  if (file === undefined) return undefined
  const headers = {
    etag: file.etag,
    "cache-control": file.immutable === true ? "public, max-age=31536000, immutable" : "no-cache",
    "content-security-policy": policy,
    vary: "accept-encoding, origin",
  }
  if (request.headers["if-none-match"] === file.etag) return { status: 304, headers }
  const { contentType } = file
  const [encoding, bytes] =
    [...(file.compressed ?? [])].find(([name]) => accepts(request, name)) ??
    ([undefined, file.bytes] as const)
  return {
    status: 200,
    bytes,
    contentType,
    headers: encoding === undefined ? headers : { ...headers, "content-encoding": encoding },
  }
}
