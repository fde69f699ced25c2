/** A text with its web addresses as links. Whatever somebody wrote becomes text nodes and an `href` of http or https, nothing else. */
import type { ReactNode } from "react"

const address = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/giu

export const linked = (text: string): ReadonlyArray<ReactNode> => {
  const parts: Array<ReactNode> = []
  let from = 0
  for (const { 0: href, index } of text.matchAll(address)) {
    if (index > from) parts.push(text.slice(from, index))
    parts.push(
      <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow">
        {href}
      </a>,
    )
    from = index + href.length
  }
  if (from < text.length) parts.push(text.slice(from))
  return parts
}

/** Up to three emoji and nothing else. */
export const isJumbo = (text: string): boolean =>
  text.length < 60 && /^(?:\p{RGI_Emoji}\s*){1,3}$/v.test(text)
