"""FluoGAN: one super-resolved image and a smooth background from a stack of fluctuating fluorescence frames."""

__version__ = "0.1.0"
