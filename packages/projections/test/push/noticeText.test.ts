import { expect, it } from "vitest"
import { messageText, securityText, severalText } from "../../src/push/noticeText.ts"

const ann = { title: "ann", direct: true, sender: "ann", text: "Soup?" }
const lunch = { title: "Lunch", direct: false, sender: "ann", text: "Soup?" }

it("one unread message is shown with what it says, several as how many, in the conversation or from the person", () => {
  expect(messageText(1, ann)).toEqual({ title: "ann", body: "Soup?" })
  expect(messageText(1, lunch)).toEqual({ title: "Lunch", body: "ann: Soup?" })
  expect(messageText(3, ann)).toEqual({ title: "ann", body: "3 new messages from ann" })
  expect(messageText(3, lunch)).toEqual({ title: "Lunch", body: "3 new messages in Lunch" })
})

it("a message without text says so, and a long one is cut between characters", () => {
  const { text: _, ...textless } = lunch
  expect(messageText(1, textless).body).toBe("ann sent an attachment")
  const { body } = messageText(1, { ...ann, text: "🙂".repeat(300) })
  expect([...body]).toHaveLength(200)
  expect(body.endsWith("🙂…")).toBe(true)
})

it("with content left out nobody's name and no word of anybody's is in it", () => {
  const all = [
    messageText(1, undefined),
    messageText(4, undefined),
    severalText(9),
    securityText("device_revoked"),
  ]
  expect(JSON.stringify(all)).not.toMatch(/ann|Lunch|Soup/u)
  expect(messageText(4, undefined).title).toBe("4 new messages")
})
