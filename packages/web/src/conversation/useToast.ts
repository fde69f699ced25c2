/** A line that tells why something was refused, and goes away by itself. What was refused has been taken back by then. */
import { useEffect, useState } from "react"
import { sentenceOf } from "../parts/problem.ts"

const shownMs = 6_000

export const useToast = (): {
  readonly text: string
  readonly failed: (error: unknown) => void
  readonly say: (text: string) => void
} => {
  const [text, setText] = useState("")
  useEffect(() => {
    if (text === "") return undefined
    const timer = setTimeout(() => setText(""), shownMs)
    return () => clearTimeout(timer)
  }, [text])
  return { text, failed: (error) => setText(sentenceOf(error)), say: setText }
}
