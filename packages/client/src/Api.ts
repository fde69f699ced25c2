/**
 * The HTTP side of a Parley server, as one signed-in person.
 *
 * Always true: a call either answers with the body or throws `ParleyError`; a refused access token is replaced once, and the call
 * made again, before that is an error.
 */
import type { AccessToken } from "./AccessToken.ts"
import { ParleyError, offline, readProblem } from "./Problem.ts"
import type { HttpAnswer, Platform } from "./Platform.ts"
import type {
  Conversation,
  Device,
  InboxItem,
  OwnProfile,
  Page,
  Profile,
  PushConfig,
  ReceiptEntry,
  Role,
  RosterEntry,
  WireMessage,
} from "./wire.ts"

export class Api {
  readonly #url: string
  readonly #token: AccessToken
  readonly #platform: Platform

  /** `url`: the server's origin, without a slash at the end. */
  constructor(url: string, token: AccessToken, platform: Platform) {
    this.#url = url
    this.#token = token
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

  /** Messages at a place: newest first below `before`, oldest first above `after` and, it included, `around`. */
  messagesAt(
    conversationId: string,
    place: { readonly before: number } | { readonly after: number } | { readonly around: number },
    limit = 50,
  ): Promise<Page<WireMessage>> {
    const [[name, seq]] = Object.entries(place) as [[string, number]]
    return this.#call("GET", `/v1/conversations/${conversationId}/messages?limit=${limit}&${name}=${seq}`)
  }

  /** A thread, oldest first, newer than `after`. */
  replies(conversationId: string, messageId: string, after = 0): Promise<Page<WireMessage>> {
    return this.#call(
      "GET",
      `/v1/conversations/${conversationId}/messages/${messageId}/replies?after=${after}`,
    )
  }

  /** Who has got and read how much; with a message, who has got or read that one. */
  receipts(conversationId: string, messageId?: string, cursor?: string): Promise<Page<ReceiptEntry>> {
    const query = queryOf({ message_id: messageId, cursor })
    return this.#call("GET", `/v1/conversations/${conversationId}/receipts?limit=200${query}`)
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

  /** `topic: null` takes it away. */
  updateGroup(id: string, change: { name?: string; topic?: string | null }): Promise<Conversation> {
    return this.#call("PATCH", `/v1/groups/${id}`, change)
  }

  archiveGroup(id: string): Promise<void> {
    return this.#call("DELETE", `/v1/groups/${id}`)
  }

  changeMembers(
    id: string,
    change: { add?: ReadonlyArray<{ user_id: string; role?: Role }>; remove?: ReadonlyArray<string> },
  ): Promise<{ readonly added: ReadonlyArray<string>; readonly removed: ReadonlyArray<string> }> {
    return this.#call("POST", `/v1/groups/${id}/members`, change)
  }

  setRole(id: string, userId: string, role: Role): Promise<RosterEntry> {
    return this.#call("PATCH", `/v1/groups/${id}/members/${encodeURIComponent(userId)}`, { role })
  }

  /** By user id. */
  roster(id: string, cursor?: string): Promise<Page<RosterEntry>> {
    return this.#call("GET", `/v1/groups/${id}/members?limit=200${queryOf({ cursor })}`)
  }

  people(q: string): Promise<Page<Profile>> {
    return this.#call("GET", `/v1/users?limit=20${queryOf({ q })}`)
  }

  profile(userId: string): Promise<Profile> {
    return this.#call("GET", `/v1/users/${encodeURIComponent(userId)}`)
  }

  ownProfile(): Promise<OwnProfile> {
    return this.#call("GET", "/v1/users/me")
  }

  /** What is left out stays as it is. */
  updateProfile(change: Partial<Omit<OwnProfile, "user_id">>): Promise<OwnProfile> {
    return this.#call("PUT", "/v1/users/me", change)
  }

  blocks(): Promise<Page<{ readonly user_id: string }>> {
    return this.#call("GET", "/v1/users/me/blocks")
  }

  setBlocked(userId: string, on: boolean): Promise<void> {
    return this.#call(on ? "PUT" : "DELETE", `/v1/users/me/blocks/${encodeURIComponent(userId)}`)
  }

  mutes(): Promise<Page<{ readonly conversation_id: string }>> {
    return this.#call("GET", "/v1/users/me/mutes")
  }

  setMuted(conversationId: string, on: boolean): Promise<void> {
    return this.#call(on ? "PUT" : "DELETE", `/v1/conversations/${conversationId}/mute`)
  }

  devices(): Promise<Page<Device>> {
    return this.#call("GET", "/v1/devices")
  }

  /** How to be reached while away. */
  pushConfig(): Promise<PushConfig> {
    return this.#call("GET", "/v1/push/config")
  }

  registerDevice(id: string, platform: Device["platform"], push?: unknown): Promise<Device> {
    return this.#call("PUT", `/v1/devices/${encodeURIComponent(id)}`, { platform, push })
  }

  /** Ends its connections, too. */
  revokeDevice(id: string): Promise<void> {
    return this.#call("DELETE", `/v1/devices/${encodeURIComponent(id)}`)
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
    const token = await this.#token.get()
    let answer = await send(token)
    if (answer.status === 401 && this.#token.renewable) answer = await send(await this.#token.get(token))
    return bodyOrProblem(answer) as Answer
  }
}

/** `&name=value` of those that are there. */
const queryOf = (values: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(values)
    .map(([name, value]) => (value === undefined ? "" : `&${name}=${encodeURIComponent(value)}`))
    .join("")

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
