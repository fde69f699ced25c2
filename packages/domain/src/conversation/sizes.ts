/** The sizes of what a command seals, judged against limits that depend on configuration. */
import { type Rejection, rejection } from "../Rejection.ts"
import type { Limits } from "../limits.ts"

export const textTooLarge = (
  limits: Limits,
  size: { readonly textChars: number; readonly textBytes: number },
): Rejection | undefined => {
  if (size.textChars > limits.text_chars)
    return rejection("payload_too_large", `Text has at most ${limits.text_chars} code points.`, "text")
  if (size.textBytes > limits.text_bytes)
    return rejection("payload_too_large", `Text has at most ${limits.text_bytes} bytes of UTF-8.`, "text")
  return undefined
}

/** @param bytes UTF-8 bytes of the metadata's JSON. */
export const metadataTooLarge = (limits: Limits, bytes: number): Rejection | undefined =>
  bytes > limits.metadata_bytes
    ? rejection(
        "payload_too_large",
        `Metadata has at most ${limits.metadata_bytes} bytes of JSON.`,
        "metadata",
      )
    : undefined
