/**
 * The access token of one person, from wherever the application gets it.
 *
 * Always true: however many calls want a token at once, the source is asked once; a token that was refused or has run out is not
 * handed out again while the source can be asked for another.
 */

/** An access token, or where to get one: asked anew, with the token that the server refused, when one was. */
export type TokenSource = string | ((refused?: string) => string | Promise<string>)

export class AccessToken {
  readonly #source: TokenSource
  readonly #learnt: (userId: string) => void
  #token: string | undefined
  #refused: string | undefined
  #asking: Promise<string> | undefined

  /** `learnt` hears for whom each new token is, if the token says so. */
  constructor(source: TokenSource, learnt: (userId: string) => void) {
    this.#source = source
    this.#learnt = learnt
  }

  get renewable(): boolean {
    return typeof this.#source !== "string"
  }

  /** `refused`: this one is of no use any more. Throws what the source throws. */
  async get(refused?: string): Promise<string> {
    if (typeof this.#source === "string") return this.#source
    if (refused !== undefined && refused === this.#token) this.expire()
    if (this.#token !== undefined) return this.#token
    if (this.#asking !== undefined) return this.#asking
    const asking = this.#ask(this.#source)
    this.#asking = asking
    const over = (): void => {
      if (this.#asking === asking) this.#asking = undefined
    }
    asking.then(over, over)
    return asking
  }

  /** The source is taken to never answer: the next who wants a token asks it again. */
  giveUp(): void {
    this.#asking = undefined
  }

  /** The token in use has run out. */
  expire(): void {
    this.#refused = this.#token ?? this.#refused
    this.#token = undefined
  }

  async #ask(source: (refused?: string) => string | Promise<string>): Promise<string> {
    const token = await source(this.#refused)
    this.#token = token
    const userId = subjectOf(token)
    if (userId !== undefined) this.#learnt(userId)
    return token
  }
}

/** For whom a JWT is. Not a check of anything: the server does that. */
export const subjectOf = (token: string): string | undefined => {
  try {
    const text = atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"))
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0))
    const { sub } = JSON.parse(new TextDecoder().decode(bytes)) as { readonly sub?: unknown }
    return typeof sub === "string" ? sub : undefined
  } catch {
    return undefined
  }
}
