import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** Between a client and PostgreSQL; sees what the client sends, and cuts the connection at a word of it. */
export class PostgresProxy {
  readonly #server = createServer((client) => this.#forward(client));
  readonly #target: number;
  readonly #sent: Buffer[][] = [];
  #cut: { readonly word: string; readonly at: "before" | "after" } | undefined;

  private constructor(target: number) {
    this.#target = target;
  }

  static async open(target: number): Promise<PostgresProxy> {
    const proxy = new PostgresProxy(target);
    await once(proxy.#server.listen(0, "127.0.0.1"), "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts the next connection that sends the word, before PostgreSQL gets it or when PostgreSQL has answered. */
  cutAt(word: string, at: "before" | "after"): void {
    this.#cut = { word, at };
  }

  /** Returns the messages of each connection: their types, such as `P` for a statement with parameters, and texts. */
  messages(): readonly (readonly (readonly [type: string, body: string])[])[] {
    return this.#sent.map((chunks) => {
      const bytes = Buffer.concat(chunks);
      const found: [string, string][] = [];
      // the first message has no type
      for (let at = bytes.readInt32BE(0); at < bytes.length; at += 1 + bytes.readInt32BE(at + 1))
        found.push([
          bytes.toString("latin1", at, at + 1),
          bytes.toString("utf8", at + 5, at + 1 + bytes.readInt32BE(at + 1)),
        ]);
      return found;
    });
  }

  async close(): Promise<void> {
    this.#server.close();
    await once(this.#server, "close");
  }

  #forward(client: Socket): void {
    const server = connect(this.#target, "127.0.0.1");
    const chunks: Buffer[] = [];
    this.#sent.push(chunks);
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    let isCut = false;
    client.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      isCut ||= this.#cut !== undefined && chunk.includes(this.#cut.word);
      if (isCut && this.#cut?.at === "before") end();
      else server.write(chunk);
      if (isCut) this.#cut = { word: "nothing more", at: "after" };
    });
    server.on("data", (chunk: Buffer) => (isCut ? end() : client.write(chunk)));
    for (const socket of [client, server]) socket.on("error", end).on("close", end);
  }
}
