/** Which pictures blocks can show. */
export interface Pictures {
  /** Slack's file ids by image key. */
  files: ReadonlyMap<string, string>;
  /** Slack fetches web addresses itself; when one of them fails, the message goes without any. */
  web: boolean;
}
