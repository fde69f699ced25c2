/** What travels between the queue's thread and the main one. */
import type { PushQueueStats } from "../PushQueue.ts"
import type { QueueFile } from "./QueueFile.ts"

/** The operations of the file that can be asked for. */
export type Operation = "resume" | "enqueue" | "lease" | "settle" | "parked" | "retryParked" | "decisionsOf"

export type Arguments<Name extends Operation> = Parameters<QueueFile[Name]>
export type Answer<Name extends Operation> = ReturnType<QueueFile[Name]>

export type ToQueue =
  | {
      readonly _tag: "Ask"
      readonly id: number
      readonly name: Operation
      readonly args: ReadonlyArray<unknown>
    }
  | { readonly _tag: "Close" }

/** `full` and `moved`: the refusals of the port, with their number. */
export type QueueReply =
  | { readonly _tag: "Done"; readonly result: unknown }
  | { readonly _tag: "Full"; readonly waiting: number }
  | { readonly _tag: "Moved"; readonly from: number }
  | { readonly _tag: "Failed"; readonly reason: string }

/** With the stats after it. */
export type FromQueue = { readonly id: number; readonly reply: QueueReply; readonly stats: PushQueueStats }
