/** A text as SQL writes it, for the few places that take no parameters: DDL, ON CLUSTER. Of our own or the operator's words only. */
export function literal(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
