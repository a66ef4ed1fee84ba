import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is sent for a path; `visit` counts from 1. */
export type Answer = (response: ServerResponse, visit: number) => void;

export interface PictureServer {
  url: string;
  /** Every path that was asked for, in order. */
  visits: string[];
  /** Requests that were under way at once, at most. */
  most(): number;
  close(): void;
}

/** A web server with pictures, on a real socket. */
export async function startPictureServer(answerOf: (path: string) => Answer): Promise<PictureServer> {
  const visits: string[] = [];
  let [now, most] = [0, 0];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    visits.push(path);
    now += 1;
    most = Math.max(most, now);
    response.once('close', () => {
      now -= 1;
    });
    answerOf(path)(response, visits.filter((visit) => visit === path).length);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    visits,
    most: () => most,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
