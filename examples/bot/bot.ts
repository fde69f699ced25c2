/** A bot that answers every message with its own words, also those that came while it was away. */
import { connect, devLogin } from "@parley/client"

const url = process.env["PARLEY_URL"] ?? "http://127.0.0.1:8080"
const userId = "echo-bot"

const bot = connect({
  url,
  token: async () => (await devLogin(url, { userId, name: "Echo" })).access_token,
  userId,
  deviceId: "echo-bot-1",
})

const answer = (conversationId: string): void => {
  if (bot.status.phase !== "live") return
  const read = bot.readSeq(conversationId)
  const news = bot
    .entries(conversationId)
    .filter((entry) => entry.kind === "message" && entry.senderId !== userId && (entry.seq ?? -1) > read)
  if (news.length === 0) return
  bot.markRead(conversationId)
  for (const entry of news)
    if (entry.kind === "message" && entry.text !== undefined)
      bot.send(conversationId, `You said: ${entry.text}`)
}

bot.subscribe((change) => {
  if (change._tag === "Conversation") answer(change.id)
  if (change._tag === "Status") for (const { id } of bot.conversations) answer(id)
})
