/**
 * What brokers send each other: bytes that are written once for everybody, and believed only as far as the schemas go.
 *
 *   origin (8 bytes) │ kind (1) │ length of the head (4) │ head: JSON │ frames, as long as the head says
 *
 * Always true: frames are copied as they are, never escaped or parsed. The sender's frame differs from everybody's in a few bytes, so
 * those alone are sent. Decoding gives `undefined` for what is cut off, too long, of another kind, or not what the schema says.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Accepted } from "../telemetry/Accepted.ts"
import type {
  Announcement,
  AnnouncementTrail,
  Arrival,
  Hint,
  MembershipChange,
  Note,
  Revocation,
} from "../Broker.ts"

export const ORIGIN_BYTES = 8
const HEAD_AT = ORIGIN_BYTES + 5

/** Stable numbers: gateways of two versions meet while they are replaced. */
const kinds = { announcement: 1, change: 2, note: 3, hint: 4, revocation: 5, arrival: 6 } as const
type Kind = keyof typeof kinds

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Names = Schema.Array(Schema.String)

/** Short names: the head is most of what is sent beside the frame. Bytes of frames are counted, not escaped. */
const AnnouncementHead = Schema.Struct({
  s: Count,
  p: Count,
  /** Bytes of the frame. */
  f: Count,
  u: Schema.optionalKey(Schema.String),
  /** The sender's frame: so many bytes of the frame's start, so many of its own, so many of the frame's end. */
  d: Schema.optionalKey(Schema.Tuple([Count, Count, Count])),
  a: Schema.optionalKey(Names),
  r: Schema.optionalKey(Names),
  b: Schema.optionalKey(Count),
  /** Bytes of the hidden frame. */
  h: Schema.optionalKey(Count),
  w: Schema.optionalKey(Schema.Boolean),
  /** When its request was received and when it was committed, and the trace that it is part of. */
  t: Schema.optionalKey(
    Schema.Struct({
      a: Schema.optionalKey(Accepted),
      c: Schema.Finite,
      t: Schema.optionalKey(Schema.String),
    }),
  ),
})
/** Whom it concerns is whose channel it comes on. */
const ChangeHead = Schema.Struct({
  c: Schema.String,
  s: Count,
  p: Count,
  w: Schema.Literals(["added", "removed"]),
})
const NoteHead = Schema.Struct({ c: Schema.String, x: Schema.optionalKey(Schema.String) })
const HintHead = Schema.Struct({ u: Schema.String })
const ArrivalHead = Schema.Struct({ d: Schema.String, i: Schema.String })
const RevocationHead = Schema.Struct({ u: Schema.String, d: Schema.String, p: Count })

const decodeAnnouncement = Schema.decodeUnknownOption(Schema.fromJsonString(AnnouncementHead))
const decodeChange = Schema.decodeUnknownOption(Schema.fromJsonString(ChangeHead))
const decodeNote = Schema.decodeUnknownOption(Schema.fromJsonString(NoteHead))
const decodeHint = Schema.decodeUnknownOption(Schema.fromJsonString(HintHead))
const decodeArrival = Schema.decodeUnknownOption(Schema.fromJsonString(ArrivalHead))
const decodeRevocation = Schema.decodeUnknownOption(Schema.fromJsonString(RevocationHead))

const written = (origin: Buffer, kind: Kind, head: object, ...frames: ReadonlyArray<Buffer>): Buffer => {
  const text = JSON.stringify(head)
  const length = Buffer.byteLength(text)
  const bytes = Buffer.allocUnsafe(frames.reduce((sum, frame) => sum + frame.length, HEAD_AT + length))
  bytes.set(origin)
  bytes.writeUInt8(kinds[kind], ORIGIN_BYTES)
  bytes.writeUInt32BE(length, ORIGIN_BYTES + 1)
  bytes.write(text, HEAD_AT)
  let at = HEAD_AT + length
  for (const frame of frames) {
    bytes.set(frame, at)
    at += frame.length
  }
  return bytes
}

/** How the sender's frame is made of everybody's: [bytes of its start, the bytes between, bytes of its end]. */
const difference = (frame: Buffer, own: Buffer): readonly [number, Buffer, number] => {
  const most = Math.min(frame.length, own.length)
  let start = 0
  while (start < most && frame[start] === own[start]) start++
  let end = 0
  while (end < most - start && frame[frame.length - 1 - end] === own[own.length - 1 - end]) end++
  return [start, own.subarray(start, own.length - end), end]
}

type Trail = NonNullable<(typeof AnnouncementHead.Type)["t"]>

const shortTrail = ({ accepted, committedAt, traceparent }: AnnouncementTrail): Trail => ({
  c: committedAt,
  ...(accepted === undefined ? {} : { a: accepted }),
  ...(traceparent === undefined ? {} : { t: traceparent }),
})

const trailOf = ({ a: accepted, c: committedAt, t: traceparent }: Trail): AnnouncementTrail => ({
  committedAt,
  ...(accepted === undefined ? {} : { accepted }),
  ...(traceparent === undefined ? {} : { traceparent }),
})

export const encodeAnnouncement = (origin: Buffer, announcement: Announcement): Buffer => {
  const { about, added, frame, hiddenFrame, position, removed, rewrites, sender, senderFrame, seq, trail } =
    announcement
  const own = senderFrame === undefined ? undefined : difference(frame, senderFrame)
  const head: typeof AnnouncementHead.Type = {
    s: seq,
    p: position,
    f: frame.length,
    ...(sender === undefined ? {} : { u: sender }),
    ...(own === undefined ? {} : { d: [own[0], own[1].length, own[2]] as const }),
    ...(added === undefined ? {} : { a: added }),
    ...(removed === undefined ? {} : { r: removed }),
    ...(about === undefined ? {} : { b: about }),
    ...(hiddenFrame === undefined ? {} : { h: hiddenFrame.length }),
    ...(rewrites === undefined ? {} : { w: rewrites }),
    ...(trail === undefined ? {} : { t: shortTrail(trail) }),
  }
  const empty = Buffer.alloc(0)
  return written(origin, "announcement", head, frame, own?.[1] ?? empty, hiddenFrame ?? empty)
}

export const encodeChange = (
  origin: Buffer,
  { conversation, position, seq }: MembershipChange,
  what: (typeof ChangeHead.Type)["w"],
): Buffer => written(origin, "change", { c: conversation, s: seq, p: position, w: what })

export const encodeNote = (origin: Buffer, { conversation, exceptDevice, frame }: Note): Buffer =>
  written(
    origin,
    "note",
    { c: conversation, ...(exceptDevice === undefined ? {} : { x: exceptDevice }) },
    frame,
  )

export const encodeHint = (origin: Buffer, { frame, user }: Hint): Buffer =>
  written(origin, "hint", { u: user }, frame)

export const encodeArrival = (origin: Buffer, { device, session }: Arrival): Buffer =>
  written(origin, "arrival", { d: device, i: session })

export const encodeRevocation = (origin: Buffer, { device, position, user }: Revocation): Buffer =>
  written(origin, "revocation", { u: user, d: device, p: position })

interface Parts {
  readonly kind: number
  readonly head: string
  readonly frames: Buffer
}

const partsOf = (payload: Buffer): Parts | undefined => {
  if (payload.length < HEAD_AT) return undefined
  const end = HEAD_AT + payload.readUInt32BE(ORIGIN_BYTES + 1)
  if (end > payload.length) return undefined
  return {
    kind: payload.readUInt8(ORIGIN_BYTES),
    head: payload.toString("utf8", HEAD_AT, end),
    frames: payload.subarray(end),
  }
}

export const isArrival = (payload: Buffer): boolean =>
  payload.length >= HEAD_AT && payload.readUInt8(ORIGIN_BYTES) === kinds.arrival

/** What comes on a conversation's channel. */
export const decodeToConversation = (
  conversation: string,
  payload: Buffer,
): { readonly announcement: Announcement } | { readonly hint: Hint } | undefined => {
  const parts = partsOf(payload)
  if (parts?.kind === kinds.hint) {
    const head = Option.getOrUndefined(decodeHint(parts.head))
    return head === undefined ? undefined : { hint: { conversation, user: head.u, frame: parts.frames } }
  }
  if (parts?.kind !== kinds.announcement) return undefined
  const head = Option.getOrUndefined(decodeAnnouncement(parts.head))
  if (head === undefined) return undefined
  const { frames } = parts
  const [start, own, end] = head.d ?? [0, 0, 0]
  const { f: length, h: hidden = 0 } = head
  if (length + own + hidden !== frames.length || start + end > length) return undefined
  const frame = frames.subarray(0, length)
  const between = frames.subarray(length, length + own)
  return {
    announcement: {
      conversation,
      seq: head.s,
      position: head.p,
      frame,
      ...(head.u === undefined ? {} : { sender: head.u }),
      ...(head.d === undefined
        ? {}
        : { senderFrame: Buffer.concat([frame.subarray(0, start), between, frame.subarray(length - end)]) }),
      ...(head.a === undefined ? {} : { added: head.a }),
      ...(head.r === undefined ? {} : { removed: head.r }),
      ...(head.b === undefined ? {} : { about: head.b }),
      ...(head.h === undefined ? {} : { hiddenFrame: frames.subarray(length + own) }),
      ...(head.w === undefined ? {} : { rewrites: head.w }),
      ...(head.t === undefined ? {} : { trail: trailOf(head.t) }),
    },
  }
}

/** What comes on a user's channel. */
export const decodeToUser = (
  user: string,
  payload: Buffer,
):
  | { readonly change: MembershipChange }
  | { readonly note: Note }
  | { readonly arrival: Arrival }
  | undefined => {
  const parts = partsOf(payload)
  if (parts?.kind === kinds.arrival) {
    const head = Option.getOrUndefined(decodeArrival(parts.head))
    return head === undefined || parts.frames.length > 0
      ? undefined
      : { arrival: { user, device: head.d, session: head.i } }
  }
  if (parts?.kind === kinds.note) {
    const head = Option.getOrUndefined(decodeNote(parts.head))
    if (head === undefined) return undefined
    const { c: conversation, x } = head
    const except = x === undefined ? {} : { exceptDevice: x }
    return { note: { conversation, users: [user], frame: parts.frames, ...except } }
  }
  if (parts?.kind !== kinds.change) return undefined
  const head = Option.getOrUndefined(decodeChange(parts.head))
  if (head === undefined || parts.frames.length > 0) return undefined
  const { c: conversation, p: position, s: seq, w: what } = head
  return { change: { conversation, seq, position, [what]: [user] } }
}

export const decodeRevoked = (payload: Buffer): Revocation | undefined => {
  const parts = partsOf(payload)
  if (parts?.kind !== kinds.revocation || parts.frames.length > 0) return undefined
  const head = Option.getOrUndefined(decodeRevocation(parts.head))
  return head === undefined ? undefined : { user: head.u, device: head.d, position: head.p }
}
