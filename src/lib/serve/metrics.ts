import type { IncomingMessage, ServerResponse } from "node:http";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { AnsweredRequest } from "./log.ts";

/** Where the metrics get what they do not count themselves. */
export interface MetricsSources {
  readonly countConnections: () => number;
  /** returns the number of imports in each state */
  readonly countImports: () => Promise<Readonly<Record<string, number>>>;
  /** returns the number of imports that wait for the import thread, with the one that it runs */
  readonly countQueued: () => number;
}

/** Upper bounds of the duration histograms, in seconds: from a short read to an import of a million rows. */
const DURATION_BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120, 600];

/** The label of requests that match no route. Their paths are not labels, because they may contain anything. */
const NO_ROUTE = "none";

/** The methods of routes. Other methods have one label, because a client can send any. */
const METHODS: readonly string[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** Counts what a server does, in the text format of Prometheus. No label contains personal data. */
export class ServerMetrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<"method" | "route" | "status">;
  readonly #refusedSignIns: Counter;

  constructor({ countConnections, countImports, countQueued }: MetricsSources) {
    const registers = [this.#registry];
    // includes the delays of the event loop and the memory of the process
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Histogram({
      name: "clomoctl_request_duration_seconds",
      help: "requests by method, pattern of the route and status",
      labelNames: ["method", "route", "status"],
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.#refusedSignIns = new Counter({
      name: "clomoctl_refused_sign_ins_total",
      help: "attempts to sign in that were refused",
      registers,
    });
    void new Gauge({
      name: "clomoctl_connections",
      help: "open connections",
      registers,
      collect() {
        this.set(countConnections());
      },
    });
    void new Gauge({
      name: "clomoctl_imports",
      help: "imports by state",
      labelNames: ["state"],
      registers,
      async collect() {
        const counts = await countImports();
        this.reset();
        for (const [state, count] of Object.entries(counts)) this.set({ state }, count);
      },
    });
    void new Gauge({
      name: "clomoctl_import_queue_length",
      help: "imports that wait for the import thread or run in it",
      registers,
      collect() {
        this.set(countQueued());
      },
    });
  }

  /** Counts an answered request. */
  count({ method, route, status, ms }: AnsweredRequest): void {
    const labels = { method: METHODS.includes(method) ? method : "other", route: route ?? NO_ROUTE, status };
    this.#requests.observe(labels, ms / 1000);
    if (route === "/v1/sessions" && (status === 401 || status === 429)) this.#refusedSignIns.inc();
  }

  /** Returns the response with all metrics. */
  async respond(): Promise<Response> {
    const body = await this.#registry.metrics();
    return new Response(body, { headers: { "content-type": this.#registry.contentType } });
  }

  /** Answers the requests of a listener that has only the metrics. */
  readonly listener = ({ url }: IncomingMessage, response: ServerResponse): void => {
    if (url?.split("?", 1)[0] !== "/metrics") return void response.writeHead(404).end();
    this.#registry.metrics().then(
      (body) => response.writeHead(200, { "content-type": this.#registry.contentType }).end(body),
      () => response.writeHead(503).end(),
    );
  };
}
