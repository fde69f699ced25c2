/** One line of the tail, for people or for programs. */
import type { RecordedEvent } from "@parley/runtime/EventStore"
import { toWire } from "@parley/domain/Timestamp"
import type { Line } from "./describe.ts"
import { plainText } from "./plainText.ts"

const two = (number: number): string => String(number).padStart(2, "0")

/** `2026-11-24 13:05:09`, in the time zone of whoever reads. */
const localTime = (ms: number): string => {
  const at = new Date(ms)
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** `place`: how the line is found again with `--from`. `title`: of the conversation, where several are shown. */
export const forPeople = (line: Line, place: string, title: string | undefined): string => {
  const who = line.erased ? `${line.who} (erased)` : line.who
  const what = line.what === "" ? "" : ` ${line.what}`
  const text = line.text === undefined ? "" : `: ${line.text}`
  const where = title === undefined ? "" : `  [${plainText(title)}]`
  return `${localTime(line.time)}  ${place}${where}  ${plainText(`${who}${what}${text}`)}`
}

export const forPrograms = (line: Line, recorded: RecordedEvent): Readonly<Record<string, unknown>> => ({
  position: recorded.position,
  time: toWire(line.time),
  stream: recorded.stream,
  ...(line.conversation === undefined ? {} : { conversation_id: line.conversation }),
  seq: recorded.revision,
  event_id: recorded.id,
  type: recorded.type,
  who: line.who,
  ...(line.erased ? { erased: true } : {}),
  ...(line.what === "" ? {} : { what: line.what }),
  ...(line.text === undefined ? {} : { text: line.text }),
})
