/** One request on a connection of its own, as whoever has just lost his network makes it. */
import { rawRequest } from "../rawRequest.ts"

/** Rejects unless the answer is a success: with `retryAfterMs` when the server said when to come again. */
export const post = async (url: string, token: string, body: unknown): Promise<Record<string, string>> => {
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    connection: "close",
  }
  const answer = await rawRequest(url, "POST", headers, JSON.stringify(body))
  answer.socket.destroy()
  if (answer.status === 200 || answer.status === 201) return JSON.parse(answer.body) as Record<string, string>
  const retryAfterMs = answer.retryAfter * 1_000
  throw Object.assign(new Error(`${url}: ${answer.status} ${answer.body}`), { retryAfterMs })
}
