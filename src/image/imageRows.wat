;; Rows of pictures to planes of floats, in vectors of 16 bytes. imageRows.ts calls it; `node .ci/wat.mjs` compiles it.
;;
;; Every function takes a number of values `n` from 1 on, and may read and write up to 7 values behind the last one.
(module
  (memory (export "memory") 1)

  ;; Interpolates between two rows of bytes: out[i] = (top[i] << 8) + (bottom[i] - top[i]) * weight, 16 bits each.
  (func (export "between") (param $top i32) (param $bottom i32) (param $weight i32) (param $n i32) (param $out i32)
    (local $end i32) (local $first v128)
    (local.set $end (i32.add (local.get $top) (local.get $n)))
    (loop $next
      (local.set $first (v128.load8x8_u (local.get $top)))
      (v128.store (local.get $out)
        (i16x8.add
          (i16x8.shl (local.get $first) (i32.const 8))
          (i16x8.mul
            (i16x8.sub (v128.load8x8_u (local.get $bottom)) (local.get $first))
            (i16x8.splat (local.get $weight)))))
      (local.set $top (i32.add (local.get $top) (i32.const 8)))
      (local.set $bottom (i32.add (local.get $bottom) (i32.const 8)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $top) (local.get $end)))))

  ;; Interpolates in a row of `between`: with a, b = row[near[i]] and the value `step` bytes after it, out[i] = ((a << 8) + (b - a) * weight[i]) >> 16.
  (func (export "along") (param $row i32) (param $step i32) (param $near i32) (param $weight i32) (param $n i32) (param $out i32)
    (local $end i32) (local $at i32) (local $first i32)
    (local.set $end (i32.add (local.get $out) (local.get $n)))
    (loop $next
      (local.set $at (i32.add (local.get $row) (i32.shl (i32.load (local.get $near)) (i32.const 1))))
      (local.set $first (i32.load16_u (local.get $at)))
      (i32.store8 (local.get $out)
        (i32.shr_u
          (i32.add
            (i32.shl (local.get $first) (i32.const 8))
            (i32.mul
              (i32.sub (i32.load16_u (i32.add (local.get $at) (local.get $step))) (local.get $first))
              (i32.load (local.get $weight))))
          (i32.const 16)))
      (local.set $near (i32.add (local.get $near) (i32.const 4)))
      (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
      (local.set $out (i32.add (local.get $out) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $out) (local.get $end)))))

  ;; Picks bytes of a row: out[i] = row[index[i]].
  (func (export "pick") (param $row i32) (param $index i32) (param $n i32) (param $out i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $out) (local.get $n)))
    (loop $next
      (i32.store8 (local.get $out) (i32.load8_u (i32.add (local.get $row) (i32.load (local.get $index)))))
      (local.set $index (i32.add (local.get $index) (i32.const 4)))
      (local.set $out (i32.add (local.get $out) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $out) (local.get $end)))))

  ;; What the chroma adds to a colour: out[i] = u[i] * byU + v[i] * byV + bias, 32 bits each.
  (func (export "tint") (param $u i32) (param $v i32) (param $byU i32) (param $byV i32) (param $bias i32) (param $n i32) (param $out i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $u) (local.get $n)))
    (loop $next
      (v128.store (local.get $out)
        (i32x4.add
          (i32x4.add
            (i32x4.mul
              (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $u))))
              (i32x4.splat (local.get $byU)))
            (i32x4.mul
              (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $v))))
              (i32x4.splat (local.get $byV))))
          (i32x4.splat (local.get $bias))))
      (local.set $u (i32.add (local.get $u) (i32.const 4)))
      (local.set $v (i32.add (local.get $v) (i32.const 4)))
      (local.set $out (i32.add (local.get $out) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $u) (local.get $end)))))

  ;; One colour of a row, where two pixels share a tint: out[i] = (clamp((luma[i] * byLuma + tint[i >> 1]) >> 14) - mean) / std.
  (func (export "colour") (param $luma i32) (param $tint i32) (param $byLuma i32) (param $mean f32) (param $std f32) (param $n i32) (param $out i32)
    (local $end i32) (local $eight v128) (local $four v128)
    (local.set $end (i32.add (local.get $luma) (local.get $n)))
    (loop $next
      (local.set $eight (v128.load8x8_u (local.get $luma)))
      (local.set $four (v128.load (local.get $tint)))
      (v128.store (local.get $out)
        (f32x4.div
          (f32x4.sub
            (f32x4.convert_i32x4_s
              (i32x4.min_s
                (i32x4.max_s
                  (i32x4.shr_s
                    (i32x4.add
                      (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $eight)) (i32x4.splat (local.get $byLuma)))
                      (i8x16.shuffle 0 1 2 3 0 1 2 3 4 5 6 7 4 5 6 7 (local.get $four) (local.get $four)))
                    (i32.const 14))
                  (v128.const i32x4 0 0 0 0))
                (v128.const i32x4 255 255 255 255)))
            (f32x4.splat (local.get $mean)))
          (f32x4.splat (local.get $std))))
      (v128.store offset=16 (local.get $out)
        (f32x4.div
          (f32x4.sub
            (f32x4.convert_i32x4_s
              (i32x4.min_s
                (i32x4.max_s
                  (i32x4.shr_s
                    (i32x4.add
                      (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $eight)) (i32x4.splat (local.get $byLuma)))
                      (i8x16.shuffle 8 9 10 11 8 9 10 11 12 13 14 15 12 13 14 15 (local.get $four) (local.get $four)))
                    (i32.const 14))
                  (v128.const i32x4 0 0 0 0))
                (v128.const i32x4 255 255 255 255)))
            (f32x4.splat (local.get $mean)))
          (f32x4.splat (local.get $std))))
      (local.set $luma (i32.add (local.get $luma) (i32.const 8)))
      (local.set $tint (i32.add (local.get $tint) (i32.const 16)))
      (local.set $out (i32.add (local.get $out) (i32.const 32)))
      (br_if $next (i32.lt_u (local.get $luma) (local.get $end)))))
)
