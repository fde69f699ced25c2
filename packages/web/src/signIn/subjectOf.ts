/** Whom an access token is for. Only to be shown and used as the name of what is kept here: nobody has verified it. */
export const subjectOf = (token: string): string | undefined => {
  try {
    const claims = token.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? ""
    const { sub } = JSON.parse(atob(claims)) as { readonly sub?: unknown }
    return typeof sub === "string" && sub !== "" ? sub : undefined
  } catch {
    return undefined
  }
}
