/** The conversations of one connection, few or many. */
import { expect, it } from "vitest"
import type { Attachment } from "../../src/stream/Attachment.ts"
import { Attachments } from "../../src/stream/Attachments.ts"

const attachmentTo = (conversation: string) => ({ hub: { conversation } }) as unknown as Attachment

it("finds each conversation's attachment, and not those deleted, however many there are", () => {
  const attachments = new Attachments()
  const expected = new Map<string, Attachment>()
  for (let i = 0; i < 100; i++) {
    const attachment = attachmentTo(`cnv_${i}`)
    attachments.add(attachment)
    expected.set(`cnv_${i}`, attachment)
    if (i % 3 === 0) {
      attachments.delete(`cnv_${i >> 1}`)
      expected.delete(`cnv_${i >> 1}`)
    }
    expect(new Set(attachments.values())).toEqual(new Set(expected.values()))
  }
  for (let i = 0; i < 100; i++) expect(attachments.get(`cnv_${i}`)).toBe(expected.get(`cnv_${i}`))
  attachments.clear()
  expect([attachments.conversations(), attachments.has("cnv_99")]).toEqual([[], false])
})

it("holds one attachment for a conversation: the latest", () => {
  for (const others of [0, 60]) {
    const attachments = new Attachments()
    for (let i = 0; i < others; i++) attachments.add(attachmentTo(`cnv_other${i}`))
    const [first, second] = [attachmentTo("cnv_1"), attachmentTo("cnv_1")]
    attachments.add(first)
    attachments.add(second)
    expect(attachments.get("cnv_1")).toBe(second)
    expect(attachments.conversations()).toHaveLength(others + 1)
  }
})
