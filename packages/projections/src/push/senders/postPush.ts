/**
 * One POST to a push service.
 *
 * Always true: it ends within its time, redirects are not followed, and of the answer only status and headers are kept.
 */
import * as http from "node:http"
import * as https from "node:https"
import { publicLookup } from "./publicAddress.ts"

export interface PushAnswer {
  readonly status: number
  readonly retryAfter: string | undefined
}

/** Of an answer's body so much is read to keep the connection, and no more. */
const mostBodyBytes = 65_536

export interface PushClient {
  /** Rejects when there is no answer. `signal` ends it. */
  readonly post: (
    url: URL,
    headers: Readonly<Record<string, string | number>>,
    body: Buffer,
    signal: AbortSignal,
  ) => Promise<PushAnswer>
  readonly close: () => void
}

export const pushClient = (options: {
  readonly privateEndpoints: boolean
  /** Of the service, beside those that Node knows: for a test's own. */
  readonly ca?: string
}): PushClient => {
  const kept = { keepAlive: true, maxSockets: 32, maxTotalSockets: 256, timeout: 30_000 }
  const secure = new https.Agent({ ...kept, ...(options.ca === undefined ? {} : { ca: options.ca }) })
  const plain = new http.Agent(kept)
  const guard = options.privateEndpoints ? {} : { lookup: publicLookup as never }
  return {
    post: (url, headers, body, signal) =>
      new Promise((resolve, reject) => {
        const { request, agent } =
          url.protocol === "https:"
            ? { request: https.request, agent: secure }
            : { request: http.request, agent: plain }
        const asked = request(url, { method: "POST", headers, agent, signal, ...guard }, (response) => {
          let bytes = 0
          response.on("data", (chunk: Buffer) => {
            bytes += chunk.length
            if (bytes > mostBodyBytes) response.destroy()
          })
          // Cut off in its body: what it said of the push has been said.
          response.on("error", () => undefined)
          resolve({ status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"] })
        })
        asked.on("error", reject)
        asked.end(body)
      }),
    close: () => {
      secure.destroy()
      plain.destroy()
    },
  }
}
