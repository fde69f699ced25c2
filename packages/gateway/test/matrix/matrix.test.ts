/**
 * Everything that can be asked, by everybody, everywhere: the table of `table.ts` against the product.
 *
 * The product's own lists say what can be asked: a route or a frame without a row fails here.
 */
import { clientFrames } from "@parley/domain/wire/clientFrames"
import { Problem } from "@parley/domain/wire/problem"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { routes } from "../../src/http/routes.ts"
import { read } from "../http/Person.ts"
import { Socket } from "../http/Socket.ts"
import { startApp, type TestApp } from "../http/TestApp.ts"
import { type Cell, cells, rows, writes } from "./expected.ts"
import { frameOf } from "./frames.ts"
import { askHttp, strayBodies } from "./requests.ts"
import { type Scene, setDirect, setScene } from "./Scene.ts"

const codes: Readonly<Record<string, string>> = {
  401: "unauthenticated",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
}
const unlimited = {
  PARLEY_LIMIT_MESSAGES_PER_SECOND: "100000",
  PARLEY_LIMIT_MESSAGES_BURST: "100000",
  PARLEY_LIMIT_CONVERSATION_MESSAGES_PER_SECOND: "100000",
  PARLEY_LIMIT_CONVERSATION_MESSAGES_BURST: "100000",
}

let app: TestApp
const sockets: Array<Socket> = []
beforeAll(async () => {
  app = await startApp({ env: unlimited })
})
afterAll(async () => {
  for (const socket of sockets) socket.close()
  await app.close()
})

const title = ({ row, who, place, expected }: Cell): string =>
  `${row.what}${row.variant === "" ? "" : `, ${row.variant}`}: ${who}, ${place}: ${expected}`

/** What was answered, as the table says it. */
const answerHttp = async (scene: Scene, cell: Cell): Promise<string> => {
  const answered = await askHttp(app, scene, cell)
  if (answered.status >= 400) expect(read(Problem, answered).code).toBe(codes[cell.expected])
  return String(answered.status)
}

const answerFrame = async (scene: Scene, cell: Cell): Promise<string> => {
  const person = scene.person(cell.who)
  // Whoever has no token has no socket, whatever he would say on it.
  if (person === undefined) {
    const answered = await askHttp(app, scene, { ...cell, row: { ...cell.row, what: "POST /v1/ws/token" } })
    return String(answered.status)
  }
  const socket = await Socket.open(person)
  sockets.push(socket)
  const frame = { ...frameOf(scene, cell) }
  if (cell.expected === "silence") {
    const id = socket.say(frame)
    // Answers come in order: nothing before the next one's is nothing.
    await socket.ask({ type: "sync", payload: {} })
    return socket.frames.some(({ reply_to }) => reply_to === id) ? "an answer" : "silence"
  }
  const { payload, type } = await socket.ask(frame)
  if (type === "ack") return "ack"
  expect((payload as unknown as Problem).code).toBe(codes[cell.expected])
  return String(payload["status"])
}

const answer = (scene: Scene, cell: Cell): Promise<string> =>
  cell.row.what.startsWith("frame ") ? answerFrame(scene, cell) : answerHttp(scene, cell)

/** A direct conversation is one actor's anyway. */
const sceneFor = (cell: Cell, own: boolean): Promise<Scene> =>
  cell.place === "direct" ? setDirect(app, cell.who) : setScene(app, cell.place, own ? cell.who : undefined)

it("every route and every frame of a client has a row, and every row is one", () => {
  const served = [
    ...routes.map(({ method, path }) => `${method} ${path}`),
    ...Object.keys(clientFrames).map((type) => `frame ${type}`),
  ]
  expect([...new Set(rows.map((row) => row.what))].sort()).toEqual(served.sort())
  expect(strayBodies()).toEqual([])
})

describe("what is refused, and what is read, changes nothing anywhere in the log", () => {
  const shared = new Map<string, Promise<Scene>>()
  const sharedScene = (cell: Cell): Promise<Scene> => {
    const key = cell.place === "direct" ? `direct ${cell.who}` : cell.place
    const known = shared.get(key) ?? sceneFor(cell, false)
    shared.set(key, known)
    return known
  }

  it.each(cells.filter((cell) => !writes(cell)).map((cell) => [title(cell), cell] as const))(
    "%s",
    async (_, cell) => {
      const scene = await sharedScene(cell)
      const before = app.head()
      expect(await answer(scene, cell)).toBe(cell.expected)
      expect(app.head()).toBe(before)
    },
  )
})

describe("what is accepted is in the log when it is answered", () => {
  it.each(cells.filter(writes).map((cell) => [title(cell), cell] as const))("%s", async (_, cell) => {
    const scene = await sceneFor(cell, true)
    const before = app.head()
    expect(await answer(scene, cell)).toBe(cell.expected)
    const grown = app.streamsSince(before)
    // Receipts of a socket are stored within a second.
    if (!cell.row.what.startsWith("frame receipt."))
      expect(grown.some((stream) => stream.startsWith(`${cell.grows}-`))).toBe(true)
    const elsewhere = grown.filter(
      (stream) => !stream.startsWith("user-") && stream !== `conversation-${scene.conversation}`,
    )
    if (!/^POST \/v1\/(groups|conversations)$/.test(cell.row.what)) expect(elsewhere).toEqual([])
  })
})
