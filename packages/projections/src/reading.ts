/** Everything that is read as of the request's arrival, over the models. */
import * as Layer from "effect/Layer"
import type { EventStore } from "@parley/runtime/EventStore"
import type { History } from "./History.ts"
import { type Inbox, layer as inbox } from "./Inbox.ts"
import { layer as markers, type Markers } from "./Markers.ts"
import type { Membership } from "./Membership.ts"
import { layer as receiptReads, type ReceiptReads } from "./ReceiptReads.ts"
import { layer as reads, type Reads } from "./Reads.ts"
import type { Receipts } from "./Receipts.ts"

export const layer: Layer.Layer<
  Inbox | Markers | ReceiptReads | Reads,
  never,
  EventStore | History | Membership | Receipts
> = Layer.mergeAll(inbox, markers, receiptReads).pipe(Layer.provideMerge(reads))
