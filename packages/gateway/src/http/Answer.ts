/** What a route answers: a status, a JSON value or bytes, headers. */
import type { ServerResponse } from "node:http"

export interface Answer {
  readonly status: number
  readonly body?: unknown
  /** Instead of `body`: bytes as they are. */
  readonly bytes?: Uint8Array
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

export const json = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  body,
  headers,
})

export const write = (response: ServerResponse, answer: Answer, omitBody: boolean): void => {
  const bytes =
    answer.bytes ?? (answer.body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(answer.body)))
  response.writeHead(answer.status, {
    "content-type": answer.contentType ?? "application/json; charset=utf-8",
    "content-length": bytes.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    ...answer.headers,
  })
  response.end(omitBody ? undefined : bytes)
}
