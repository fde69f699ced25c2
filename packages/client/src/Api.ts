/**
 * The HTTP side of a Parley server, as one signed-in person.
 *
 * Always true: a call either answers with the body or throws `ParleyError`; a refused access token is replaced once, and the call
 * made again, before that is an error.
 */
import { ParleyError, offline, readProblem } from "./Problem.ts"
import type { HttpAnswer, Platform } from "./Platform.ts"
import type { Conversation, InboxItem, Page, WireMessage } from "./wire.ts"

/** An access token, or where to get one: asked anew, with the token that the server refused, when one was. */
export type TokenSource = string | ((refused?: string) => Promise<string>)

export class Api {
  readonly #url: string
  readonly #platform: Platform
  readonly #source: TokenSource
  #token: string | undefined

  /** `url`: the server's origin, without a slash at the end. */
  constructor(url: string, source: TokenSource, platform: Platform) {
    this.#url = url
    this.#source = source
    this.#platform = platform
  }

  /** A token for one connection within the next minute, and the address to dial. */
  streamToken(deviceId: string): Promise<{ token: string; url: string }> {
    return this.#call("POST", "/v1/ws/token", { device_id: deviceId })
  }

  /** Latest activity first. */
  inbox(cursor?: string): Promise<Page<InboxItem>> {
    return this.#call(
      "GET",
      `/v1/conversations?limit=50${cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
  }

  /** Newest first, older than `before`; from the end without it. */
  messages(conversationId: string, before?: number): Promise<Page<WireMessage>> {
    const older = before === undefined ? "" : `&before=${before}`
    return this.#call("GET", `/v1/conversations/${conversationId}/messages?limit=50${older}`)
  }

  conversation(id: string): Promise<Conversation> {
    return this.#call("GET", `/v1/conversations/${encodeURIComponent(id)}`)
  }

  /** The one that exists, if it does. */
  startDirect(userId: string): Promise<Conversation> {
    return this.#call("POST", "/v1/conversations", { kind: "direct", user_id: userId })
  }

  /** `key`: the same key makes the same group, so a repeat after a lost answer is harmless. */
  createGroup(name: string, memberIds: ReadonlyArray<string>, key: string): Promise<Conversation> {
    return this.#call("POST", "/v1/groups", { name, member_ids: memberIds }, { "idempotency-key": key })
  }

  async #call<Answer>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const send = async (token: string): Promise<HttpAnswer> => {
      const authorized = { ...headers, authorization: `Bearer ${token}`, "content-type": "application/json" }
      const text = body === undefined ? {} : { body: JSON.stringify(body) }
      return requestJson(this.#platform, this.#url + path, { method, headers: authorized, ...text })
    }
    const token = await this.#accessToken()
    let answer = await send(token)
    if (answer.status === 401 && typeof this.#source !== "string")
      answer = await send(await this.#accessToken(token))
    return bodyOrProblem(answer) as Answer
  }

  async #accessToken(refused?: string): Promise<string> {
    if (typeof this.#source === "string") return this.#source
    if (this.#token === undefined || this.#token === refused) this.#token = await this.#source(refused)
    return this.#token
  }
}

export const requestJson = async (
  platform: Platform,
  url: string,
  request: Parameters<Platform["request"]>[1],
): Promise<HttpAnswer> => {
  try {
    return await platform.request(url, request)
  } catch {
    throw new ParleyError(offline)
  }
}

export const bodyOrProblem = ({ body, retryAfter, status }: HttpAnswer): unknown => {
  if (status >= 200 && status < 300) return body
  throw new ParleyError(readProblem(body, status, retryAfter))
}
