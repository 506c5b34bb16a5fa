const KEY = 'headwater.token';

/** The token a person entered for a server that asks for one; kept for this tab only. */
export function token(): string | null {
  return sessionStorage.getItem(KEY);
}

export function setToken(value: string): void {
  sessionStorage.setItem(KEY, value);
}
