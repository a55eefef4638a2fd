/**
 * Headers of every answer: what a page of this server may load and who may show it, and that an answer is what its type says.
 *
 * @param origins pages that may show pages of this server in a frame
 */
export function securityHeaders(origins: readonly string[]): Record<string, string> {
  const policy = [
    "default-src 'self'",
    // Photos that are about to be added, before they are sent.
    "img-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'self'",
    "object-src 'none'",
    ["frame-ancestors 'self'", ...origins].join(' '),
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    // Pages of other origins show pictures by their referrer, see crossOrigin.ts; our addresses stay here.
    'referrer-policy': 'same-origin',
  };
}
