/** Messages to many, on the beat, each timed until the last of them has it. */
import type { RawReceiver } from "./rawReceiver.ts"
import { type Summary, summarize } from "./summary.ts"

/** From handing a message to the sender's socket until the last of `receivers` has it, milliseconds. `send` sends the text that it is given. */
export const broadcasts = async (
  receivers: ReadonlyArray<RawReceiver>,
  send: (text: string) => void,
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
): Promise<Summary> => {
  const arrived = new Map<string, number>()
  const times: Array<number> = []
  const total = rate * seconds
  await new Promise<void>((resolve) => {
    const onMessage = (data: Buffer): void => {
      const at = data.indexOf("t=")
      if (at < 0 || !data.includes('"message.new"')) return
      const stamp = data.toString("latin1", at + 2, data.indexOf(";", at))
      const count = (arrived.get(stamp) ?? 0) + 1
      arrived.set(stamp, count)
      if (count < receivers.length) return
      times.push(performance.now() - Number(stamp))
      if (times.length === total) resolve()
    }
    for (const receiver of receivers) receiver.onText = onMessage
    let sent = 0
    const timer = setInterval(() => {
      // Of one length, so that every frame of a run is as long as the others.
      send(`Is everybody there? t=${performance.now().toFixed(3).padStart(12, "0")};`)
      if (++sent === total) clearInterval(timer)
    }, 1_000 / rate)
  })
  return summarize(times)
}

/** A `message.send` that both servers understand. */
export const sendFrame = (conversation: string, key: string, text: string): string =>
  JSON.stringify({
    id: key,
    type: "message.send",
    conversation_id: conversation,
    client_msg_id: key,
    payload: { text },
  })
