import { renderLabels, renderMetric } from "../renewals/monitoring.ts";
import type { AnsweredRequest } from "./options.ts";

/** What a server did since it started. */
export class RequestCounts {
  readonly #requests = new Map<number, number>();

  add({ status }: Pick<AnsweredRequest, "status">): void {
    this.#requests.set(status, (this.#requests.get(status) ?? 0) + 1);
  }

  /** Returns the text format of Prometheus. */
  render(openTenants: number): string {
    const requests = [...this.#requests]
      .toSorted(([one], [other]) => one - other)
      .map(([status, n]) => [renderLabels({ status: `${status}` }), n] as const);
    return [
      renderMetric("clomoctl_requests_total", "Number of requests.", requests, "counter"),
      renderMetric("clomoctl_open_tenants", "Number of tenants that are open.", [["", openTenants]]),
    ].join("");
  }
}
