/**
 * Somebody who asks over HTTP, and what is answered.
 *
 * Always true: what is not as the served document says never reaches the test that asked.
 */
import { decoder } from "@parley/domain/wire/decode"
import { Problem } from "@parley/domain/wire/problem"
import { DevLogin } from "@parley/domain/wire/http"
import { Conversation } from "@parley/domain/wire/conversation"
import type * as Schema from "effect/Schema"
import { expect } from "vitest"
import { documentsOf } from "../../src/documents/traffic/documentsOf.ts"
import { byAjv } from "../documents/byAjv.ts"
import type { TestApp } from "./TestApp.ts"

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: unknown
}

export const send = async (app: TestApp, path: string, init: RequestInit = {}): Promise<Answered> => {
  const response = await fetch(app.url + path, init)
  const text = await response.text()
  const { http } = await documentsOf(app.url, byAjv)
  const fault = http({
    method: init.method ?? "GET",
    target: path,
    sent: typeof init.body === "string" ? init.body : undefined,
    status: response.status,
    headers: response.headers,
    text,
  })
  if (fault !== undefined) throw new Error(`not what /openapi.json says: ${fault}`)
  const isJson = response.headers.get("content-type")?.includes("json") === true && text !== ""
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  }
}

/** The body, when it is what the schema says. */
export const read = <A>(schema: Schema.Codec<A, unknown>, answered: Answered): A => {
  const decoded = decoder(schema)(answered.json)
  if (decoded._tag === "Invalid")
    throw new Error(`${answered.status} ${answered.text}: ${JSON.stringify(decoded.errors)}`)
  return decoded.value
}

/** A problem in the protocol's form, with this code; its paths, if it has some. */
export const expectProblem = (answered: Answered, code: string): Problem => {
  const problem = read(Problem, answered)
  expect(problem.code).toBe(code)
  expect(answered.status).toBe(problem.status)
  expect(answered.headers.get("content-type")).toBe("application/problem+json")
  expect(answered.headers.get("x-request-id")).toBe(problem.request_id)
  return problem
}

export class Person {
  readonly id: string
  readonly token: string
  /** Where the server is. */
  readonly url: string
  readonly #app: TestApp

  constructor(app: TestApp, id: string, token: string) {
    this.#app = app
    this.url = app.url
    this.id = id
    this.token = token
  }

  static async signIn(app: TestApp, id: string): Promise<Person> {
    const answered = await send(app, "/v1/dev/login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ user_id: id }),
    })
    return new Person(app, id, read(DevLogin, answered).access_token)
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answered> {
    return send(this.#app, path, { headers: { authorization: `Bearer ${this.token}`, ...headers } })
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    return this.postRaw(path, JSON.stringify(body), headers)
  }

  patch(path: string, body: unknown): Promise<Answered> {
    return this.ask("PATCH", path, body)
  }

  put(path: string, body?: unknown): Promise<Answered> {
    return this.ask("PUT", path, body)
  }

  delete(path: string): Promise<Answered> {
    return this.ask("DELETE", path)
  }

  /** Without a body when it is `undefined`. */
  ask(method: string, path: string, body?: unknown): Promise<Answered> {
    return send(this.#app, path, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }

  postRaw(
    path: string,
    body: NonNullable<RequestInit["body"]>,
    headers: Record<string, string> = {},
  ): Promise<Answered> {
    return send(this.#app, path, {
      method: "POST",
      headers: { authorization: `Bearer ${this.token}`, "content-type": "application/json", ...headers },
      body,
    })
  }

  say(conversation: string, clientMsgId: string, text: string): Promise<Answered> {
    return this.post("/v1/messages", {
      conversation_id: conversation,
      client_msg_id: clientMsgId,
      text,
    })
  }

  /** The id of the direct conversation with somebody. */
  async with(partner: string): Promise<string> {
    return read(Conversation, await this.post("/v1/conversations", { kind: "direct", user_id: partner })).id
  }

  /** The id of a new group. */
  async group(members: ReadonlyArray<string>, more: Record<string, unknown> = {}): Promise<string> {
    const answered = await this.post("/v1/groups", { name: "A group", member_ids: members, ...more })
    return read(Conversation, answered).id
  }
}
