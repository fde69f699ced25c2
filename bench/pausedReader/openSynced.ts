/** A reader who is connected and has synced. */
import { openRaw } from "../harness/rawReceiver.ts"
import { Reader } from "./Reader.ts"

export const openSynced = async (address: string, user: string, access: string): Promise<Reader> => {
  const answer = await fetch(`${address}/v1/ws/token`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${access}` },
    body: JSON.stringify({ device_id: "bench" }),
  })
  const { token, url } = (await answer.json()) as { readonly token: string; readonly url: string }
  const receiver = await openRaw(url, { authorization: `Bearer ${token}` })
  await new Promise<void>((resolve) => {
    receiver.onText = (text) => {
      if (text.includes('"type":"hello"'))
        receiver.send(JSON.stringify({ id: "sync", type: "sync", payload: {} }))
      else if (text.includes('"reply_to":"sync"')) resolve()
    }
  })
  return new Reader(user, receiver)
}
