/** How each frame of the table is asked. */
import type { Cell } from "./expected.ts"
import { messageFor } from "./requests.ts"
import { emoji, type Scene } from "./Scene.ts"

interface Asked {
  readonly type: string
  readonly conversation_id?: string
  readonly client_msg_id?: string
  readonly payload: unknown
}

let fresh = 0

const payloads: Readonly<Record<string, (scene: Scene, cell: Cell) => unknown>> = {
  sync: () => ({}),
  "message.send": () => ({ text: "hello" }),
  "message.edit": (scene, cell) => ({ message_id: messageFor(scene, cell), text: "another text" }),
  "message.delete": (scene, cell) => ({ message_id: messageFor(scene, cell) }),
  // What a scene's people have reacted with already would write nothing.
  "reaction.add": (scene, cell) => ({ message_id: messageFor(scene, cell), emoji: "🎉" }),
  "reaction.remove": (scene, cell) => ({ message_id: messageFor(scene, cell), emoji }),
  "receipt.read": () => ({ up_to_seq: 1_000 }),
  "receipt.delivered": () => ({ up_to_seq: 1_000 }),
  typing: () => ({ state: "start" }),
  "presence.ping": () => ({ status: "online" }),
  "presence.watch": (scene) => ({ user_ids: [scene.bystander] }),
  "presence.unwatch": (scene) => ({ user_ids: [scene.bystander] }),
}

const withoutConversation = new Set(["sync", "presence.ping", "presence.watch", "presence.unwatch"])

export const frameOf = (scene: Scene, cell: Cell): Asked => {
  const type = cell.row.what.replace("frame ", "")
  const payload = payloads[type]
  if (payload === undefined) throw new Error(`nobody knows how ${type} is asked`)
  return {
    type,
    ...(withoutConversation.has(type) ? {} : { conversation_id: scene.conversation }),
    ...(type === "message.send" ? { client_msg_id: `framed-${++fresh}` } : {}),
    payload: payload(scene, cell),
  }
}
