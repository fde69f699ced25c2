/**
 * A person at the HTTP side of Parley: signs in, makes conversations, changes members, reads history.
 *
 * Always true: written from the protocol page alone. An answer of any status is returned; only a server that does not answer throws.
 * Not for: retries. Who repeats a request knows whether that is harmless.
 */

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
  readonly base: string
  readonly userId: string
  #token: string | undefined
  #login: Promise<string> | undefined

  /** `base`: such as `http://127.0.0.1:8080`. `token`: an access token; without one the development login makes it at first use. */
  constructor(base: string, userId: string, token?: string) {
    this.base = base
    this.userId = userId
    this.#token = token
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
    const { status, body } = await request(this.base, "POST", "/v1/dev/login", undefined, {
      user_id: this.userId,
    })
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
    return request(this.base, method, path, await this.token(), body, headers)
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
}

const request = async (
  base: string,
  method: string,
  path: string,
  token: string | undefined,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  const answer = await fetch(base + path, {
    method,
    headers: {
      ...headers,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(answerWithinMs),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) }
}
