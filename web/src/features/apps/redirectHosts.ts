// Where an app's redirect addresses lead, as people name it: hosts, and schemes that open a program.

export function redirectHosts(uris: string[]): string[] {
  return [...new Set(uris.map(hostOf))];
}

function hostOf(uri: string): string {
  if (!URL.canParse(uri)) return uri;
  const { protocol, hostname } = new URL(uri);
  return protocol === "https:" || protocol === "http:" ? hostname : `${protocol}//${hostname}`;
}
