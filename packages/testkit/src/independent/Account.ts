/**
 * A person at the HTTP side of Parley: signs in, makes conversations, changes members, reads history.
 *
 * Always true: written from the protocol page alone. An answer of any status is returned; only a server that does not answer throws.
 * Not for: retries. Who repeats a request knows whether that is harmless.
 */
import type { Witness } from "./Witness.ts"

export interface Answer {
  readonly status: number
  // oxlint-disable-next-line typescript/no-explicit-any -- JSON as it came
  readonly body: any
}

/** A message of a history page, as section 6 names it. */
export interface Message {
  readonly message_id: string
  readonly sender_id: string
  readonly seq: number
  readonly ts: string
  readonly text?: string
  readonly client_msg_id?: string
  readonly ordinal: number
  readonly deleted?: true
  readonly reactions?: ReadonlyArray<{
    readonly emoji: string
    readonly count: number
    readonly mine: boolean
  }>
}

/** A conversation of the inbox, as far as it is counted. */
export interface InboxItem {
  readonly id: string
  readonly last_seq: number
  readonly read_seq: number
  readonly unread: number
}

export interface PageRequest {
  readonly before?: number | string
  readonly after?: number | string
  readonly around?: number
  readonly limit?: number
}

/** Requests that a dead server left open end after this long. */
const answerWithinMs = 30_000

export class Account {
  readonly userId: string
  readonly witness: Witness | undefined
  #token: string | undefined
  #login: Promise<string> | undefined
  readonly #bases: ReadonlyArray<string>
  #place = 0

  /** `base`: such as `http://127.0.0.1:8080`; of several, the next is asked once one does not answer. `token`: an access token; without one the development login makes it at first use. */
  constructor(base: string | ReadonlyArray<string>, userId: string, token?: string, witness?: Witness) {
    this.witness = witness
    this.#bases = typeof base === "string" ? [base] : base
    this.userId = userId
    this.#token = token
  }

  /** The server that is asked next. */
  get base(): string {
    return this.#bases[this.#place % this.#bases.length]!
  }

  /** The access token, fetched once. */
  async token(): Promise<string> {
    if (this.#token !== undefined) return this.#token
    this.#login ??= this.#signIn().finally(() => (this.#login = undefined))
    return this.#login
  }

  /** The next request signs in again. */
  forgetToken(): void {
    this.#token = undefined
  }

  async #signIn(): Promise<string> {
    const { status, body } = await this.#request("POST", "/v1/dev/login", undefined, { user_id: this.userId })
    if (status !== 200) throw new Error(`login of ${this.userId}: ${status} ${body?.code ?? ""}`)
    this.#token = body.access_token as string
    return this.#token
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    return this.#request(method, path, await this.token(), body, headers)
  }

  /** A stream token for one connection of this device, and the address to dial. */
  streamToken(deviceId: string): Promise<Answer> {
    return this.call("POST", "/v1/ws/token", { device_id: deviceId })
  }

  direct(userId: string): Promise<Answer> {
    return this.call("POST", "/v1/conversations", { kind: "direct", user_id: userId })
  }

  /** With an idempotency key the call may be repeated for ever and makes one group. */
  createGroup(name: string, memberIds: ReadonlyArray<string>, idempotencyKey?: string): Promise<Answer> {
    const headers = idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }
    return this.call("POST", "/v1/groups", { name, member_ids: memberIds }, headers)
  }

  changeMembers(
    group: string,
    change: { readonly add?: ReadonlyArray<string>; readonly remove?: ReadonlyArray<string> },
  ): Promise<Answer> {
    const add = change.add?.map((user_id) => ({ user_id }))
    return this.call("POST", `/v1/groups/${group}/members`, {
      ...(add === undefined ? {} : { add }),
      ...(change.remove === undefined ? {} : { remove: change.remove }),
    })
  }

  send(conversation: string, clientMsgId: string, text: string): Promise<Answer> {
    return this.call("POST", "/v1/messages", {
      conversation_id: conversation,
      client_msg_id: clientMsgId,
      text,
    })
  }

  edit(conversation: string, messageId: string, text: string): Promise<Answer> {
    return this.call("PATCH", `/v1/conversations/${conversation}/messages/${messageId}`, { text })
  }

  deleteMessage(conversation: string, messageId: string): Promise<Answer> {
    return this.call("DELETE", `/v1/conversations/${conversation}/messages/${messageId}`)
  }

  /** `PUT` reacts, `DELETE` takes it back. */
  reaction(
    method: "PUT" | "DELETE",
    conversation: string,
    messageId: string,
    emoji: string,
  ): Promise<Answer> {
    const path = `/v1/conversations/${conversation}/messages/${messageId}/reactions/${encodeURIComponent(emoji)}`
    return this.call(method, path)
  }

  setRole(group: string, userId: string, role: string): Promise<Answer> {
    return this.call("PATCH", `/v1/groups/${group}/members/${userId}`, { role })
  }

  /** Marks as read, durable when answered. */
  read(conversation: string, upToSeq: number): Promise<Answer> {
    return this.call("POST", `/v1/conversations/${conversation}/receipts`, { read_up_to: upToSeq })
  }

  /** The whole inbox, page by page. Throws on an answer other than 200. */
  async inbox(limit = 100): Promise<Array<InboxItem>> {
    const found: Array<InboxItem> = []
    let cursor: string | undefined
    for (;;) {
      const query = new URLSearchParams({ limit: String(limit), ...(cursor === undefined ? {} : { cursor }) })
      const { status, body } = await this.call("GET", `/v1/conversations?${query.toString()}`)
      if (status !== 200) throw new Error(`inbox of ${this.userId}: ${status} ${body?.code ?? ""}`)
      found.push(...(body.items as ReadonlyArray<InboxItem>))
      if (body.next_cursor === undefined) return found
      cursor = body.next_cursor as string
    }
  }

  /** One page: newest first without `after` and `around`. */
  history(conversation: string, page: PageRequest = {}): Promise<Answer> {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(page)) if (value !== undefined) query.set(name, String(value))
    const asked = query.size === 0 ? "" : `?${query.toString()}`
    return this.call("GET", `/v1/conversations/${conversation}/messages${asked}`)
  }

  /** Every message, oldest first, read by paging from the end to the first one. Throws on an answer other than 200. */
  async wholeHistory(conversation: string, limit = 200): Promise<Array<Message>> {
    const found: Array<Message> = []
    let before: string | undefined
    for (;;) {
      const { status, body } = await this.history(
        conversation,
        before === undefined ? { limit } : { before, limit },
      )
      if (status !== 200) throw new Error(`history of ${conversation}: ${status} ${body?.code ?? ""}`)
      const items = body.items as ReadonlyArray<Message>
      found.push(...items)
      if (body.prev_cursor === undefined || items.length === 0) return found.reverse()
      before = body.prev_cursor as string
    }
  }

  async #request(
    method: string,
    path: string,
    token: string | undefined,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const sent = body === undefined ? undefined : JSON.stringify(body)
    const { base } = this
    const { answer, text } = await this.#fetch(base, path, {
      method,
      headers: {
        ...headers,
        ...(sent === undefined ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(sent === undefined ? {} : { body: sent }),
      signal: AbortSignal.timeout(answerWithinMs),
    })
    const { headers: answered, status } = answer
    await this.witness?.exchange(base, { method, target: path, sent, status, headers: answered, text })
    return { status, body: text === "" ? undefined : JSON.parse(text) }
  }

  async #fetch(
    base: string,
    path: string,
    request: RequestInit,
  ): Promise<{ readonly answer: Response; readonly text: string }> {
    try {
      const answer = await fetch(base + path, request)
      return { answer, text: await answer.text() }
    } catch (cause) {
      // Whoever else was asking has turned to the next already.
      if (base === this.base) this.#place++
      throw cause
    }
  }
}
