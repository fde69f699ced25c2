/** How each row of the table is asked: the route's path with its parameters filled in, and a body that is sound in every way. */
import { type Answered, send } from "../http/Person.ts"
import type { TestApp } from "../http/TestApp.ts"
import { type Cell, rows } from "./expected.ts"
import { emoji, type Scene } from "./Scene.ts"
import type { Row } from "./table.ts"

type Body = (scene: Scene, cell: Cell) => unknown

const self = (scene: Scene, { who }: Cell): string => scene.person(who)?.id ?? "nobody"
let fresh = 0
const newcomer = (): string => `newcomer-${++fresh}`

/** By the row's `what`, or by `what variant`. A route that takes no body has none. */
const bodies: Readonly<Record<string, Body>> = {
  "POST /v1/dev/login": ({ bystander }) => ({ user_id: bystander }),
  "POST /v1/ws/token": () => ({ device_id: "phone" }),
  "POST /v1/messages": ({ conversation }) => ({
    conversation_id: conversation,
    client_msg_id: `asked-${++fresh}`,
    text: "hello",
  }),
  "PATCH /v1/conversations/:id/messages/:message_id": () => ({ text: "another text" }),
  "POST /v1/conversations": () => ({ kind: "direct", user_id: newcomer() }),
  "POST /v1/conversations/:id/receipts": () => ({
    read_up_to: 1_000,
    device_id: "phone",
    delivered_up_to: 1_000,
  }),
  "POST /v1/groups": () => ({ name: "Another group", member_ids: [newcomer()] }),
  "PATCH /v1/groups/:id": () => ({ name: "Another name", topic: null, metadata: { color: "red" } }),
  "POST /v1/groups/:id/members add a member": () => ({ add: [{ user_id: newcomer() }] }),
  "POST /v1/groups/:id/members add an admin": () => ({ add: [{ user_id: newcomer(), role: "admin" }] }),
  "POST /v1/groups/:id/members remove a member": ({ bystander }) => ({ remove: [bystander] }),
  "POST /v1/groups/:id/members remove an admin": ({ otherAdmin }) => ({ remove: [otherAdmin] }),
  "POST /v1/groups/:id/members leave": (scene, cell) => ({ remove: [self(scene, cell)] }),
  "PATCH /v1/groups/:id/members/:user_id": () => ({ role: "admin" }),
  "PUT /v1/users/me": () => ({ name: "Somebody Else" }),
  "PUT /v1/devices/:device_id": () => ({ platform: "web" }),
}

const nameOf = ({ what, variant }: Row): string => (variant === "" ? what : `${what} ${variant}`)

const bodyOf = (row: Row): Body | undefined => bodies[nameOf(row)] ?? bodies[row.what]

/** The message that the cell is about. */
export const messageFor = (scene: Scene, { row, who }: Cell): string =>
  row.variant === "own" ? scene.messageOf(who) : scene.message

const addressOf = (path: string, scene: Scene, cell: Cell): string => {
  const params: Readonly<Record<string, string>> = {
    id: scene.conversation,
    message_id: messageFor(scene, cell),
    // What a scene's people have reacted with already would write nothing.
    emoji: cell.row.what.startsWith("PUT ") ? "🎉" : emoji,
    user_id: scene.bystander,
    device_id: "tablet",
  }
  return path.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined) throw new Error(`${path}: nothing is known of :${name}`)
    return encodeURIComponent(value)
  })
}

export const askHttp = (app: TestApp, scene: Scene, cell: Cell): Promise<Answered> => {
  const [method = "", path = ""] = cell.row.what.split(" ")
  const person = scene.person(cell.who)
  const body = bodyOf(cell.row)
  return send(app, addressOf(path, scene, cell), {
    method,
    headers: {
      ...(person === undefined ? {} : { authorization: `Bearer ${person.token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body(scene, cell)) }),
  })
}

/** Bodies that no row asks for: a mistake in a name here would leave a route without its body. */
export const strayBodies = (): ReadonlyArray<string> =>
  Object.keys(bodies).filter((name) => !rows.some((row) => nameOf(row) === name || row.what === name))
