/**
 * Settings that hold a secret, or a URL with one, may name a file that holds it: `PARLEY_JWT_SECRET_FILE` instead of `PARLEY_JWT_SECRET`.
 *
 * Always true: a file is read once, at the start, and what stands in it is treated as if it had stood in the variable. What is wrong is told by key
 * and reason; neither the content nor a piece of it is in a message.
 */
import { readFileSync } from "node:fs"
import type { Variable } from "./Config.ts"

const keys = [
  "PARLEY_JWT_SECRET",
  "PARLEY_STREAM_SECRET",
  "PARLEY_CLUSTER_SECRET",
  "PARLEY_EVENT_STORE",
  "PARLEY_DATABASE_URL",
  "PARLEY_REDIS_URL",
  "PARLEY_VAPID_PRIVATE_KEY",
] as const

const fileKey = (key: string): string => `${key}_FILE`

export const secretFileVariables: ReadonlyArray<Variable> = keys.map((key) => ({
  key: fileKey(key),
  fallback: "",
  about: `path of a file that holds \`${key}\`, instead of it; a line's end after it is ignored`,
}))

type Environment = Readonly<Record<string, string | undefined>>

/** Whether there is a value, in the variable or in a file. */
export const isGiven = (env: Environment, key: string): boolean =>
  (env[key] ?? "") !== "" || (env[fileKey(key)] ?? "") !== ""

/** The environment with each file's content in the place of its variable. */
export const withSecretFiles = (env: Environment, problems: Array<string>): Environment => {
  const read: Record<string, string> = {}
  for (const key of keys) {
    const path = env[fileKey(key)] ?? ""
    if (path === "") continue
    if ((env[key] ?? "") !== "") {
      problems.push(`${fileKey(key)}: ${key} is set too`)
      continue
    }
    try {
      const content = readFileSync(path, "utf8").replace(/\r?\n$/, "")
      if (content === "") problems.push(`${fileKey(key)}: the file is empty`)
      read[key] = content
    } catch (cause) {
      problems.push(`${fileKey(key)}: the file cannot be read (${(cause as NodeJS.ErrnoException).code})`)
    }
  }
  return { ...env, ...read }
}
