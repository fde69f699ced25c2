/**
 * Events of foreign clients, which are bytes, as the texts that the log keeps, and back.
 *
 * Always true: what a client wrote it reads again, byte by byte. JSON stands in the log as it came, so that the product's own events
 * look the same whether they were written embedded or through the server. Everything else (binary data, or metadata that is no text) is
 * kept as base64, and a note in the metadata says so; it counts for the limit of an append as it is kept.
 */
import { isUtf8 } from "node:buffer"
import type { NewEvent } from "../EventStore.ts"

export interface ForeignEvent {
  readonly id: string
  readonly type: string
  readonly json: boolean
  readonly data: Uint8Array
  readonly metadata: Uint8Array
}

/** Begins the metadata of an event that is not kept as it came; metadata that itself begins so is never kept as it came. */
const mark = `{"$foreign":`

interface Note {
  readonly json: boolean
  /** The data is base64. */
  readonly data64: boolean
  readonly metadata: string
  readonly metadata64: boolean
}

const isText = (bytes: Uint8Array): boolean => isUtf8(bytes) && !bytes.includes(0)
const utf8 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")
const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64")

export const keptEvent = ({ id, type, json, data, metadata }: ForeignEvent): NewEvent => {
  const [dataIsText, metadataIsText] = [isText(data), isText(metadata)]
  const text = metadataIsText ? utf8(metadata) : base64(metadata)
  if (json && dataIsText && metadataIsText && !text.startsWith(mark))
    return { id, type, data: utf8(data), metadata: text }
  const note: Note = { json, data64: !dataIsText, metadata: text, metadata64: !metadataIsText }
  return {
    id,
    type,
    data: dataIsText ? utf8(data) : base64(data),
    metadata: `${mark}${JSON.stringify(note)}}`,
  }
}

/** `undefined`: the metadata stands as it came. It never throws, for the log may hold what this module did not write. */
const noteOf = (metadata: string): Note | undefined => {
  if (!metadata.startsWith(mark)) return undefined
  try {
    const note = JSON.parse(metadata.slice(mark.length, -1)) as Partial<Note>
    return typeof note?.metadata === "string" ? (note as Note) : undefined
  } catch {
    return undefined
  }
}

export const foreignEvent = ({ id, type, data, metadata }: NewEvent): ForeignEvent => {
  const note = noteOf(metadata)
  if (note === undefined)
    return { id, type, json: true, data: Buffer.from(data), metadata: Buffer.from(metadata) }
  return {
    id,
    type,
    json: note.json,
    data: Buffer.from(data, note.data64 ? "base64" : "utf8"),
    metadata: Buffer.from(note.metadata, note.metadata64 ? "base64" : "utf8"),
  }
}
