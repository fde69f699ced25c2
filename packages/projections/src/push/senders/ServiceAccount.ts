/**
 * The account by which the server speaks to FCM: the JSON file that Firebase's console hands out.
 *
 * Always true: what is wrong with a file is told without a word of its contents.
 */
import { createPrivateKey } from "node:crypto"
import { readFileSync } from "node:fs"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

const Text = Schema.String.check(Schema.isMinLength(1))
const File = Schema.Struct({ project_id: Text, client_email: Text, private_key: Text })
const decode = Schema.decodeUnknownSync(File)

export interface ServiceAccount {
  readonly projectId: string
  readonly clientEmail: string
  /** PEM. */
  readonly privateKey: Redacted.Redacted
}

const fields = ["project_id", "client_email", "private_key"] as const

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The account, or why the file is none: a phrase. */
export const readServiceAccount = (path: string): ServiceAccount | string => {
  let text: string
  try {
    text = readFileSync(path, "utf8")
  } catch (cause) {
    return `cannot be read (${(cause as NodeJS.ErrnoException).code})`
  }
  const json = parsed(text)
  if (typeof json !== "object" || json === null) return "is not JSON"
  const missing = fields.filter((field) => {
    const value = (json as Record<string, unknown>)[field]
    return typeof value !== "string" || value === ""
  })
  if (missing.length > 0) return `is no service account: it has no ${missing.join(", ")}`
  const { project_id, client_email, private_key } = decode(json)
  try {
    if (createPrivateKey(private_key).asymmetricKeyType !== "rsa") return "its private_key is no RSA key"
  } catch {
    return "its private_key is no key"
  }
  return { projectId: project_id, clientEmail: client_email, privateKey: Redacted.make(private_key) }
}
