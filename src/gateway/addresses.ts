// Which addresses a tenant's base URL may reach: public ones over https, and the hosts that the operator allows.
import ipaddr from "ipaddr.js";

export interface AddressPolicy {
  /** What is wrong with a base URL as it is written, or null. Where a name leads is checked when it is connected to. */
  problemWith(baseUrl: string): string | null;
  /** The operator allows this host, whatever its address; an IPv6 address with or without its brackets. */
  isAllowedHost(hostname: string, port: number): boolean;
}

const MAX_BASE_URL_CHARS = 500;
/** Names that mean this machine or this network wherever they are resolved. */
const LOCAL_NAME = /(^|[.])(localhost|local|internal|intranet|lan|home[.]arpa)[.]?$/;

/**
 * @example
 * const policy = createAddressPolicy(["127.0.0.1:8095", "llm.example"]);
 * policy.problemWith("http://169.254.169.254/v1"); // "must start with https://"
 */
export function createAddressPolicy(allowedHosts: readonly string[]): AddressPolicy {
  const allowed = new Set(allowedHosts);
  const isAllowedHost = (hostname: string, port: number) => {
    const host = hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
    return allowed.has(host) || allowed.has(`${host}:${port}`);
  };
  return {
    isAllowedHost,
    problemWith(baseUrl) {
      if (baseUrl.length > MAX_BASE_URL_CHARS) return `must be at most ${MAX_BASE_URL_CHARS} characters`;
      const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
      if (url === null || !/^https?:$/.test(url.protocol)) {
        return "must be an address as in https://api.openai.com/v1";
      }
      if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "" || /[?#]/.test(baseUrl)) {
        return "must have no user, query or fragment: the key goes into apiKey";
      }
      if (isAllowedHost(url.hostname, portOf(url))) return null;
      if (url.protocol !== "https:") return "must start with https://";
      const isLocal = ipaddr.isValid(bare(url.hostname)) ? !isPublicAddress(bare(url.hostname)) : isLocalName(url);
      return isLocal ? "must be a public host" : null;
    },
  };
}

export function portOf(url: URL): number {
  return url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
}

/**
 * Whether an IP address is one of the public internet. Everything that is registered for something else is not: private, loopback,
 * link-local, shared (CGNAT), multicast, reserved and documentation ranges, and IPv6 addresses that stand for an IPv4 one
 * (mapped, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  // A zone, as in fe80::1%eth0, is of a link.
  if (address.includes("%") || !ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  // Of IPv6 only 2000::/3 is given out for the public internet.
  return parsed.kind() === "ipv4" || ((parsed.toByteArray()[0] ?? 0) & 0xe0) === 0x20;
}

/** A host of a URL without the brackets around an IPv6 address. */
export function bare(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

function isLocalName({ hostname }: URL): boolean {
  return LOCAL_NAME.test(hostname) || !hostname.includes(".");
}
