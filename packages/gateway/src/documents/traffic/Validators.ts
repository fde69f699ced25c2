/**
 * What judging traffic by a document needs of a validator of JSON Schema 2020-12. The validator itself is the caller's: the server
 * needs none.
 */
import type { Json } from "../jsonSchemas.ts"

/** @returns for a JSON pointer into the document (`/components/schemas/Problem`): the first fault of a value, or `undefined`. */
export type MakeValidators = (document: Json) => (pointer: string) => (value: unknown) => string | undefined

/** `["paths", "/v1/groups"]` → `/paths/~1v1~1groups` */
export const pointerTo = (keys: ReadonlyArray<string>): string =>
  keys.map((key) => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")
