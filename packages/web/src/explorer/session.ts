/**
 * The access token that requests of this window carry: pasted, or, on a development server, fetched by signing in.
 *
 * Always true: it is kept for the window and never leaves it but as the `Authorization` of a request to this server.
 */
const key = "parley.explorer_token"

export const token = (): string => sessionStorage.getItem(key) ?? ""

export const keepToken = (text: string): void => {
  if (text === "") sessionStorage.removeItem(key)
  else sessionStorage.setItem(key, text)
}

/** Whose token it is, when it is a JWT. Only to be shown: nobody has verified it. */
export const bearer = (text: string): string | undefined => {
  try {
    const claims = JSON.parse(atob(text.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/"))) as unknown
    const subject = (claims as { readonly sub?: unknown }).sub
    return typeof subject === "string" ? subject : undefined
  } catch {
    return undefined
  }
}
