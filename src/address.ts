export * from './video/address.js';
