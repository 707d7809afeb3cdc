package io.mural.train.files;

/** In whose spelling a LoRA is written. */
public enum LoraFormat {
    /** diffusers' and PEFT's: {@code transformer.<module>.lora_A.weight} */
    PEFT,
    /** kohya's: fused layers of the original release, {@code lora_unet_<module>.lora_down.weight} and {@code .alpha} */
    KOHYA
}
